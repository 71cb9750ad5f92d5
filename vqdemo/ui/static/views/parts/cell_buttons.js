// A grid of buttons over a board, one for each cell. Whatever points at one of them, mouse, finger or keys,
// opens its cell in all parts of "How it works".

import { placeOf } from "../../state/grid.js";
import { hoverCell, openCell } from "../../state/opened_cell.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { cellByKey } from "./arrow_keys.js";
import { rovingFocus } from "./roving_focus.js";

/**
 * Put them on a board. Returns an array that will hold them, row by row.
 * @param {Element} board
 * @param {{label: string, cell: string, press?: (cell: number) => void}} options the name of the grid; the
 *   name of a cell, with {row} and {column}; and what a press does beside opening the cell
 * @returns {HTMLButtonElement[]}
 */
export function addCellButtons(board, { label, cell: name, press = () => {} }) {
  const grid = Object.assign(document.createElement("div"), { className: "cell-buttons", dir: "ltr" });
  grid.setAttribute("role", "group");
  grid.ariaLabel = label;
  board.append(grid);
  const roving = rovingFocus({ preventScroll: true });
  const cells = [];

  const cellOf = (event) => {
    const button = event.target.closest("[data-cell]");
    return button ? Number(button.dataset.cell) : null;
  };
  grid.addEventListener("pointerover", (event) => event.pointerType === "mouse" && hoverCell(cellOf(event)));
  grid.addEventListener("pointerleave", () => hoverCell(null));
  grid.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (cell === null) return;
    roving.set(cell);
    openCell(cell);
    press(cell);
  });
  grid.addEventListener("keydown", (event) => {
    const to = cellByKey(event, roving.current, state.modelInfo.grid_shape);
    if (to === undefined) return;
    event.preventDefault();
    if (to === null) return;
    roving.moveTo(to);
    openCell(to);
  });

  watch(["modelInfo", "opened"], ({ modelInfo, opened }) => {
    if (!modelInfo) return;
    if (!cells.length) build(modelInfo.grid_shape);
    cells.forEach((button, cell) => button.classList.toggle("linked", cell === opened));
    if (opened !== null && !grid.contains(document.activeElement)) roving.set(opened);
  });

  function build([rows, columns]) {
    grid.style.setProperty("--columns", columns);
    for (let cell = 0; cell < rows * columns; cell++) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      const [row, column] = placeOf(cell, columns);
      button.ariaLabel = fill(name, { row: row + 1, column: column + 1 });
      button.dataset.cell = String(cell);
      cells.push(button);
    }
    grid.append(...cells);
    roving.over(cells);
  }
  return cells;
}
