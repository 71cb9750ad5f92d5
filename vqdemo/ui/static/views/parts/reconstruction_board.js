// The reconstruction on a board, with unknown cells hatched over: the large one, and small ones where that is
// out of sight.

import { UNKNOWN } from "../../state/grid.js";
import { watch } from "../../state/store.js";
import { addCellOverlay } from "./cell_overlay.js";
import { showLoading } from "./loading.js";
import { inCells, paint } from "./paint.js";

/** @param {string | null} only the view outside of which the board is not seen, and not painted */
export function showReconstruction(board, only = null) {
  const canvas = board.querySelector("canvas");
  watch(["image", "preview", "theme", "view"], ({ image, preview, modelInfo, view }) => {
    if (only !== null && view !== only) return;
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
