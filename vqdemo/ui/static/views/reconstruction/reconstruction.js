// The reconstruction: the picture decoded from the codes, with unknown cells hatched over, since nobody knows yet
// what is there.

import * as bench from "../../state/edits.js";
import { inCells, paint, tint } from "../../drawing/strokes.js";
import { addPatches } from "../parts/cell_overlay.js";
import * as pointing from "../../state/selection.js";
import { state, UNKNOWN, update, watch } from "../../state/store.js";

/** Keep the picture on a board's canvas, with its patches: the large one, and small ones where that is out of sight. */
export function showPicture(board) {
  const canvas = board.querySelector("canvas");
  watch(["image", "watching", "theme"], ({ image, watching, about }) => {
    if (watching) paint(canvas, watching.image, inCells(about, (cell) => watching.question[cell] === UNKNOWN));
    else if (image) paint(canvas, image);
  });
  addPatches(board, { showUnknown: true });
}

export function mount(element, props) {
  bench.start(props.text.status);
  const board = element.querySelector("#reconstruction");
  const canvas = board.querySelector("canvas");
  showPicture(board);

  // Pointing at the picture points at the cell that is there; clicking chooses it.
  const cellUnder = (event) => {
    const box = canvas.getBoundingClientRect();
    const [rows, columns] = state.about.grid_shape;
    const index = (at, size, count) => Math.min(Math.max(Math.floor((at / size) * count), 0), count - 1);
    const row = index(event.clientY - box.top, box.height, rows);
    return row * columns + index(event.clientX - box.left, box.width, columns);
  };
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && state.about) pointing.hover({ cell: cellUnder(event) });
  });
  canvas.addEventListener("pointerleave", () => pointing.hover(null));
  canvas.addEventListener("click", (event) => {
    const cell = cellUnder(event);
    update({ selected: new Set([cell]) });
    if (event.pointerType !== "mouse") pointing.focus({ cell });
  });

  // Which pixels depend on the cell pointed at.
  const overlay = board.querySelector(".footprint");
  watch(["footprint", "theme"], ({ footprint }) => {
    overlay.hidden = !footprint;
    if (footprint) tint(overlay, footprint.image);
  });

  element.querySelector("button").addEventListener("click", bench.toPad);
}
