// Keys in the grid: arrows move and select, digits write a code, B writes the blank one, Delete erases, R
// restores.

import { erase, restoreCodes, writeCode } from "../../state/edits.js";
import { placeOf } from "../../state/grid.js";
import { focus, select } from "../../state/selection.js";
import { state } from "../../state/store.js";
import { ARROWS } from "../parts/arrow_keys.js";

const STEPS = { ...ARROWS, Home: [0, -Infinity], End: [0, Infinity] };
const CORNERS = { Home: [-Infinity, -Infinity], End: [Infinity, Infinity] }; // with Ctrl

export function editByKeys(grid, roving, selection, entry) {
  grid.addEventListener("keydown", (event) => {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    const deletes = key === "Backspace" || key === "Delete";
    if (key in STEPS && !event.altKey) {
      entry.write();
      const to = cellAfter((command && CORNERS[key]) || STEPS[key]);
      if (command) roving.moveTo(to);
      else selection.moveTo(to, event.shiftKey);
    } else if (key === " ") {
      selection.addOrRemove(roving.current, !state.selected.has(roving.current));
    } else if (command && key.toLowerCase() === "a") {
      select(state.codes.keys());
    } else if (command || event.altKey) {
      return; // undo and the browser's own keys
    } else if (/^\d$/.test(key)) {
      entry.add(key);
    } else if (key === "Enter" && entry.typed) {
      entry.write();
    } else if ((deletes || key === "Escape") && entry.typed) {
      entry.cancel();
    } else if (deletes || key === "?") {
      erase();
    } else if (key.toLowerCase() === "b") {
      entry.cancel();
      writeCode(state.modelInfo.background);
    } else if (key.toLowerCase() === "r") {
      restoreCodes();
    } else if (key === "Escape") {
      select([]);
    } else return;
    event.preventDefault();
  });

  function cellAfter([down, right]) {
    const [rows, columns] = state.modelInfo.grid_shape;
    const [row, column] = placeOf(roving.current, columns);
    const clamp = (value, size) => Math.min(Math.max(value, 0), size - 1);
    return clamp(row + down, rows) * columns + clamp(column + right, columns);
  }

  grid.addEventListener("focusin", (event) => {
    const cell = roving.current;
    if (!state.selected.size) selection.moveTo(cell); // after Tab into the grid
    if (event.target.matches(":focus-visible")) focus({ cell });
  });
  grid.addEventListener("focusout", (event) => {
    if (grid.contains(event.relatedTarget)) return;
    entry.write();
    focus(null);
  });
  // A stroke takes no focus.
  document.addEventListener("pointerdown", entry.write, { capture: true });
}
