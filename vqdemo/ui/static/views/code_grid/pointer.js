// Selecting cells by pointer: a drag with the mouse spans a rectangle; with Ctrl or a finger it is a lasso,
// which adds each cell that it passes (with Ctrl: or takes it away).

import { focus, hover, select } from "../../state/selection.js";
import { state } from "../../state/store.js";
import { followStrokes } from "../parts/strokes.js";
import { cellUnder } from "../parts/under_pointer.js";

export function selectByPointer(grid, roving, selection, entry) {
  let adding = null; // of a lasso: whether cells are added or taken away
  let before; // the cells that were selected

  followStrokes(grid, {
    begin(event) {
      const cell = cellUnder(event, grid);
      if (cell === null) return false;
      entry.write();
      before = state.selected;
      adding = null;
      if (event.ctrlKey || event.metaKey) {
        adding = !state.selected.has(cell);
        selection.addOrRemove(cell, adding);
      } else selection.moveTo(cell, event.shiftKey);
      if (event.pointerType !== "mouse") {
        adding ??= true;
        focus({ cell });
      }
    },
    move(event) {
      const cell = cellUnder(event, grid);
      if (cell === null || cell === roving.current) return;
      if (adding === null) selection.moveTo(cell, true);
      else selection.addOrRemove(cell, adding);
    },
    takeBack() {
      select(before);
      focus(null);
    },
  });
  grid.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const cell = cellUnder(event, grid);
    hover(cell === null ? null : { cell });
  });
  grid.addEventListener("pointerleave", () => hover(null));
}
