// The reconstruction on a board, with unknown cells hatched over: the large one, and small ones where that is
// out of sight.

import { UNKNOWN } from "../../state/grid.js";
import { watch } from "../../state/store.js";
import { addCellOverlay } from "./cell_overlay.js";
import { inCells, paint } from "./paint.js";

export function showReconstruction(board) {
  const canvas = board.querySelector("canvas");
  watch(["image", "playback", "theme"], ({ image, playback, modelInfo }) => {
    if (playback)
      paint(
        canvas,
        playback.image,
        inCells(modelInfo, (cell) => playback.question[cell] === UNKNOWN),
      );
    else if (image) paint(canvas, image);
  });
  addCellOverlay(board, { showUnknown: true });
}
