// The reconstruction: the image decoded from the codes. Pointing at it points at the cell that is there.

import { keep } from "../../state/completions.js";
import { drawReconstruction } from "../../state/edits.js";
import { focus, hover, select } from "../../state/selection.js";
import { state, watch } from "../../state/store.js";
import { tint } from "../parts/paint.js";
import { showReconstruction } from "../parts/reconstruction_board.js";
import { mountGhost } from "./ghost.js";

export function mount(element) {
  const board = element.querySelector("#reconstruction");
  const canvas = board.querySelector("canvas");
  showReconstruction(board);
  mountGhost(element, board);

  const cellAt = (event) => {
    const box = canvas.getBoundingClientRect();
    const [rows, columns] = state.modelInfo.grid_shape;
    const index = (at, size, count) => Math.min(Math.max(Math.floor((at / size) * count), 0), count - 1);
    const row = index(event.clientY - box.top, box.height, rows);
    return row * columns + index(event.clientX - box.left, box.width, columns);
  };
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && state.modelInfo) hover({ cell: cellAt(event) });
  });
  canvas.addEventListener("pointerleave", () => hover(null));
  canvas.addEventListener("click", (event) => {
    const cell = cellAt(event);
    select([cell]);
    if (event.pointerType !== "mouse") focus({ cell });
  });

  const footprintCanvas = board.querySelector(".footprint");
  watch(["footprint", "theme"], ({ footprint }) => {
    footprintCanvas.hidden = !footprint;
    if (footprint) tint(footprintCanvas, footprint.image);
  });

  element.querySelector("button").addEventListener("click", () => {
    if (state.preview) keep();
    drawReconstruction();
  });
}
