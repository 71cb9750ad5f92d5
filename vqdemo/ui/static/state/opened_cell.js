// The cell that is open in "How it works": encoder, quantizer and decoder show the same one. It is the one
// under the mouse, else the one that was chosen last, else one of the digit's own.

import { placeOf } from "./grid.js";
import { state, update, watch } from "./store.js";

let hovered = null;
let chosen = null;

/** @param {number | null} cell */
export function hoverCell(cell) {
  hovered = cell;
  show();
}

/** @param {number} cell */
export function openCell(cell) {
  chosen = cell;
  show();
}

const show = () => update({ opened: hovered ?? chosen ?? middleOfInk(state) });

/** The cell with ink that is nearest to the middle of the grid, or where there is none, the middle. */
function middleOfInk({ encoding, modelInfo }) {
  if (!encoding) return null;
  const [rows, columns] = modelInfo.grid_shape;
  const fromMiddle = (cell) => {
    const [row, column] = placeOf(cell, columns);
    return Math.hypot(row - (rows - 1) / 2, column - (columns - 1) / 2);
  };
  const cells = [...encoding.codes.keys()];
  const inked = cells.filter((cell) => encoding.codes[cell] !== modelInfo.background);
  return (inked.length ? inked : cells).reduce((best, cell) =>
    fromMiddle(cell) < fromMiddle(best) ? cell : best,
  );
}

watch(["encoding"], show);
