// Which cells are selected, and what the visitor points at, with mouse, finger or keys: a cell or a code.
// Mouse and focus both point (a tap gives the focus); the one that moved last counts, and where it rests on
// nothing, the other.

/** @import { State } from "./types.js" */

import { shownCodes } from "./preview.js";
import { state, update } from "./store.js";

/** @param {Iterable<number>} cells */
export const select = (cells) => update({ selected: new Set(cells) });

/** Add a cell to the selection, or take it away. */
export function addOrRemove(cell, add) {
  const selected = new Set(state.selected);
  if (add) selected.add(cell);
  else selected.delete(cell);
  update({ selected });
}

let hovered = null;
let focused = null;

/** @param {State["pointed"]} target */
export function hover(target) {
  hovered = target;
  update({ pointed: target ?? focused });
}

/** @param {State["pointed"]} target */
export function focus(target) {
  focused = target;
  update({ pointed: target ?? hovered });
}

/** The cells pointed at: one, or all with the code pointed at. @param {State} state */
export function pointedCells(state) {
  const { pointed } = state;
  const codes = shownCodes(state);
  if (!pointed) return new Set();
  if ("cell" in pointed) return new Set([pointed.cell]);
  return new Set(codes.map((_, cell) => cell).filter((cell) => codes[cell] === pointed.code));
}
