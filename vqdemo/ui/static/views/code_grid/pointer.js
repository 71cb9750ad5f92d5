// Selecting cells by pointer: a drag with the mouse spans a rectangle; with Ctrl or a finger it is a lasso,
// which adds each cell that it passes (with Ctrl: or takes it away).

import { focus, hover } from "../../state/selection.js";
import { state } from "../../state/store.js";
import { cellUnder } from "../parts/under_pointer.js";

export function selectByPointer(grid, roving, selection, entry) {
  let pointer = null; // the one that drags
  let adding = null; // of a lasso: whether cells are added or taken away

  grid.addEventListener("pointerdown", (event) => {
    const cell = cellUnder(event, grid);
    if (cell === null || pointer !== null || event.button > 0) return;
    event.preventDefault();
    entry.write();
    pointer = event.pointerId;
    grid.setPointerCapture(event.pointerId);
    adding = null;
    if (event.ctrlKey || event.metaKey) {
      adding = !state.selected.has(cell);
      selection.addOrRemove(cell, adding);
    } else selection.moveTo(cell, event.shiftKey);
    if (event.pointerType !== "mouse") {
      adding ??= true;
      focus({ cell });
    }
  });
  grid.addEventListener("pointermove", (event) => {
    const cell = cellUnder(event, grid);
    if (event.pointerId === pointer && cell !== null && cell !== roving.current) {
      if (adding === null) selection.moveTo(cell, true);
      else selection.addOrRemove(cell, adding);
    }
    if (event.pointerType === "mouse") hover(cell === null ? null : { cell });
  });
  grid.addEventListener("pointerleave", () => hover(null));
  for (const end of ["pointerup", "pointercancel"]) {
    grid.addEventListener(end, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
}
