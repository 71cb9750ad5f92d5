// The grid of cells, each with its number in the generation order. Mouse, finger and arrow keys point at one;
// the others show how the prior sees them then.

import { placeOf, UNKNOWN } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { state } from "../../state/store.js";
import { cellByKey } from "../parts/arrow_keys.js";
import { cropToMiddle, depict, picture } from "../parts/paint.js";
import { rovingFocus } from "../parts/roving_focus.js";
import { cellUnder } from "../parts/under_pointer.js";

const TILE_SIDE = 6; // pixels of a tile that a cell shows, each way: its own 4x4 and a rim

/**
 * @param {HTMLElement} board
 * @param {Record<string, string>} text
 * @param {(cell: number) => void} point is told which cell is pointed at
 */
export function mountCells(board, text, point) {
  const roving = rovingFocus({ preventScroll: true });
  let cells = [];
  let tiles = []; // by code

  function build({ grid_shape: [rows, columns], tiles: whole }) {
    board.style.setProperty("--columns", String(columns));
    tiles = whole.map((tile) => cropToMiddle(tile, TILE_SIDE));
    cells = Array.from({ length: rows * columns }, (_, i) => {
      const cell = Object.assign(document.createElement("button"), { type: "button" });
      cell.dataset.cell = String(i);
      cell.append(picture(), document.createElement("span"));
      return cell;
    });
    board.append(...cells);
    roving.over(cells);
  }

  board.addEventListener("pointerover", (event) => {
    const cell = cellUnder(event, board);
    if (cell !== null && event.pointerType === "mouse") point(cell);
  });
  board.addEventListener("click", (event) => {
    const cell = cellUnder(event, board);
    if (cell !== null) point(cell);
  });
  board.addEventListener("focusin", (event) => {
    const { dataset } = /** @type {HTMLElement} */ (event.target);
    point(Number(dataset.cell));
  });
  board.addEventListener("keydown", (event) => {
    const to = cellByKey(event, roving.current, state.modelInfo.grid_shape);
    if (to === undefined) return;
    event.preventDefault();
    if (to !== null) roving.moveTo(to);
  });

  /**
   * `filled`: the grid with the codes of a completion, as far as there is one; `turns`: the place of each
   * cell in the generation order.
   */
  function show({ cell, sights, filled, question, turns }) {
    if (!cells.length) build(state.modelInfo);
    roving.set(cell);
    cells.forEach((button, i) => {
      const [row, column] = placeOf(i, state.modelInfo.grid_shape[1]);
      const [tile, number] = button.children;
      button.dataset.sight = sights[i];
      button.dataset.turn = number.textContent = String(turns[i] + 1);
      button.classList.toggle("made", question[i] === UNKNOWN);
      button.ariaCurrent = i === cell ? "true" : null;
      button.ariaLabel = fill(text.cell, {
        row: row + 1,
        column: column + 1,
        turn: turns[i] + 1,
        sight: text[sights[i]],
      });
      const isSeen = (sights[i] === "before" || sights[i] === "after") && filled[i] !== UNKNOWN;
      tile.hidden = !isSeen || filled[i] === state.modelInfo.background;
      if (!tile.hidden) depict(tile, tiles[filled[i]]);
    });
  }

  return { show };
}
