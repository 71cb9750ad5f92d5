// The reconstruction on a board, with unknown cells hatched over: the large one, and small ones where that is
// out of sight.

import { UNKNOWN } from "../../state/grid.js";
import { watch } from "../../state/store.js";
import { addCellOverlay } from "./cell_overlay.js";
import { showLoading } from "./loading.js";
import { inCells, paint } from "./paint.js";

export function showReconstruction(board) {
  const canvas = board.querySelector("canvas");
  watch(["image", "preview", "theme"], ({ image, preview, modelInfo }) => {
    if (preview)
      paint(
        canvas,
        preview.completion.image,
        inCells(modelInfo, (cell) => preview.question[cell] === UNKNOWN),
      );
    else if (image) paint(canvas, image);
  });
  showLoading(board, "vqvae");
  addCellOverlay(board, { showUnknown: true });
}
