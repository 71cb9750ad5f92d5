// Grafting: grid B, another one than the workbench's grid A, and the cells of B that are taken into A.

/** @import { Grid } from "../networks/types.js" */
/** @import { State } from "./types.js" */

import { changeCodes } from "./edits.js";
import { cellBeside } from "./grid.js";
import { hush } from "./message.js";
import { openView } from "./page.js";
import { state, update } from "./store.js";

/**
 * A with the cells that are taken from B.
 * @param {State} state
 * @returns {Grid}
 */
export const graftedCodes = ({ codes, graft }) =>
  codes.map((code, cell) => (graft.taken.includes(cell) ? graft.other[cell] : code));

const change = (parts) => update({ graft: { ...state.graft, ...parts } });

/** @param {Grid} other B */
export const setOther = (other) => change({ other });

/** @param {Iterable<number>} cells of B, instead of those taken before */
export const takeCells = (cells) => change({ taken: [...cells].sort((a, b) => a - b) });

/** Take a cell of B, or give it back. */
export function takeOrGiveBack(cell, take) {
  const taken = new Set(state.graft.taken);
  if (take) taken.add(cell);
  else taken.delete(cell);
  takeCells(taken);
}

/** B so many cells further, what was taken of it too; what comes in at the other side is without ink. */
export function moveOther(down, right) {
  const { graft, modelInfo } = state;
  const shape = modelInfo.grid_shape;
  const other = graft.other.map((_, cell) => {
    const from = cellBeside(cell, -down, -right, shape);
    return from === null ? modelInfo.background : graft.other[from];
  });
  const taken = graft.taken
    .map((cell) => cellBeside(cell, down, right, shape))
    .filter((cell) => cell !== null);
  change({ other, taken });
}

/** The workbench goes on from the grafted grid. */
export function useGraft() {
  hush();
  changeCodes(graftedCodes(state));
  change({ taken: [] });
  openView("bench");
}
