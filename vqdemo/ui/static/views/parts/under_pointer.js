// What is under the pointer: elements that carry data-code or data-cell.

import { hover } from "../../state/selection.js";

/** The code of the picture in which an event happened, or null. */
export function codeOf(event) {
  const tile = event.target.closest("[data-code]");
  return tile ? Number(tile.dataset.code) : null;
}

/**
 * Point at the codes whose pictures a list shows. `sticky`: between two pictures the last one still counts.
 */
export function pointAtCodes(list, { sticky }) {
  list.addEventListener("pointerover", (event) => {
    const code = codeOf(event);
    if (event.pointerType === "mouse" && !(sticky && code === null)) hover(code === null ? null : { code });
  });
  list.addEventListener("pointerleave", () => hover(null));
}

/** The cell, with data-cell, of a grid of elements that is under a pointer, or null. */
export function cellUnder(event, grid) {
  /** @type {HTMLElement} */
  const found = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-cell]");
  return found && grid.contains(found) ? Number(found.dataset.cell) : null;
}
