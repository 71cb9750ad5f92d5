// An overlay of cells over a picture: it hatches the unknown ones, tints those made up, and outlines those
// pointed at or selected, so that cell and pixels are seen to belong together.

import { UNKNOWN } from "../../state/grid.js";
import { currentCell, shownCodes } from "../../state/preview.js";
import { pointedCells } from "../../state/selection.js";
import { watchGivingWay } from "./giving_way.js";

export function addCellOverlay(board, { showUnknown }) {
  const layer = document.createElement("div");
  layer.className = "patches";
  layer.setAttribute("aria-hidden", "true");
  board.append(layer);
  const shown = []; // by cell: all that it shows, as one string
  watchGivingWay(["modelInfo", "codes", "preview", "pointed", "selected"], (state) => {
    if (!state.modelInfo) return;
    layer.style.setProperty("--columns", String(state.modelInfo.grid_shape[1]));
    const pointed = pointedCells(state);
    while (layer.children.length < state.codes.length) layer.append(document.createElement("i"));
    shownCodes(state).forEach((code, cell) => {
      const [unknown, selected] = [showUnknown && code === UNKNOWN, state.selected.has(cell)];
      const imagined = showUnknown && code !== UNKNOWN && state.preview?.question[cell] === UNKNOWN;
      const current = imagined && cell === currentCell(state.preview);
      const look = [unknown, pointed.has(cell), selected, imagined, current].join();
      if (look === shown[cell]) return; // as of nearly all, while a stroke is drawn
      shown[cell] = look;
      const { classList } = layer.children[cell];
      classList.toggle("unknown", unknown);
      classList.toggle("linked", pointed.has(cell));
      classList.toggle("chosen", selected);
      classList.toggle("imagined", imagined);
      classList.toggle("current", current);
    });
  });
}
