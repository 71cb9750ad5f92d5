// A layer of patches over a picture, one for each cell of the grid: it hatches what is unknown and outlines what
// is pointed at or chosen, so that cell and pixels are seen to belong together.

import { linkedCells, shownCodes, UNKNOWN, watch } from "../../state/store.js";

export function addPatches(board, { showUnknown }) {
  const layer = document.createElement("div");
  layer.className = "patches";
  layer.setAttribute("aria-hidden", "true");
  board.append(layer);
  const shown = []; // by cell: all that its patch shows, as a number
  watch(["about", "codes", "watching", "pointed", "selected"], (state) => {
    if (!state.about) return;
    layer.style.setProperty("--columns", state.about.grid_shape[1]);
    const linked = linkedCells(state);
    while (layer.children.length < state.codes.length) layer.append(document.createElement("i"));
    shownCodes(state).forEach((code, i) => {
      const [unknown, chosen] = [showUnknown && code === UNKNOWN, state.selected.has(i)];
      const look = unknown + 2 * linked.has(i) + 4 * chosen;
      if (look === shown[i]) return; // as of nearly all, while a stroke is drawn
      shown[i] = look;
      const { classList } = layer.children[i];
      classList.toggle("unknown", unknown);
      classList.toggle("linked", linked.has(i));
      classList.toggle("chosen", chosen);
    });
  });
}
