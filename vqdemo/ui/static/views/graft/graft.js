// Grafting: the workbench's grid A, another grid B, and A with some cells of B. Which cells are B's is all
// there is to say; halves, swapping and the walk from A to B only choose them. Moving B, with what was taken
// of it, stamps it elsewhere.

import * as networks from "../../networks/client.js";
import * as graft from "../../state/graft.js";
import { cellsOfPart, differingCells, placeOf, withoutUnknown } from "../../state/grid.js";
import { newestFirst } from "../../state/newest_first.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { cellByKey } from "../parts/arrow_keys.js";
import { wireButtons } from "../parts/buttons.js";
import { addExampleButtons } from "../parts/example_buttons.js";
import { inCells, paint } from "../parts/paint.js";
import { rovingFocus } from "../parts/roving_focus.js";
import { cellUnder } from "../parts/under_pointer.js";

const FIRST_OTHER = 8; // the example that is B at first

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const board = part("#graft-cells");
  const walk = part(".walk input");
  const roving = rovingFocus({ preventScroll: true });
  let cells = []; // those of B, which are buttons
  let given = []; // those of A, of which the ones that B replaces are marked

  function build({ grid_shape: [rows, columns] }) {
    for (const grid of element.querySelectorAll(".cells")) grid.style.setProperty("--columns", columns);
    cells = Array.from({ length: rows * columns }, (_, i) => {
      const cell = Object.assign(document.createElement("button"), { type: "button" });
      const [row, column] = placeOf(i, columns);
      cell.ariaLabel = fill(text.cell, { row: row + 1, column: column + 1 });
      cell.dataset.cell = String(i);
      return cell;
    });
    board.append(...cells);
    given = cells.map(() => document.createElement("i"));
    part(".given").append(...given);
    roving.over(cells);
  }

  // ---- taking cells of B one by one ----
  let taking = null; // while dragging: whether cells are taken or given back
  const takeUnder = (event) => {
    const cell = cellUnder(event, board);
    if (cell === null) return;
    taking ??= !state.graft.taken.includes(cell);
    roving.moveTo(cell);
    graft.takeOrGiveBack(cell, taking);
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    taking = null;
    takeUnder(event);
  });
  board.addEventListener(
    "pointermove",
    (event) => board.hasPointerCapture(event.pointerId) && takeUnder(event),
  );
  board.addEventListener("keydown", (event) => {
    const to = cellByKey(event, roving.current, state.modelInfo.grid_shape);
    if (to !== undefined) {
      if (to !== null) roving.moveTo(to);
    } else if (event.key === " " || event.key === "Enter") {
      graft.takeOrGiveBack(roving.current, !state.graft.taken.includes(roving.current));
    } else return;
    event.preventDefault();
  });

  // ---- many at once ----
  for (const button of element.querySelectorAll("[data-part]")) {
    button.addEventListener("click", () => {
      graft.takeCells(cellsOfPart(button.dataset.part, state.modelInfo.grid_shape));
    });
  }
  for (const button of element.querySelectorAll("[data-move]")) {
    const [down, right] = button.dataset.move.split(" ").map(Number);
    button.addEventListener("click", () => graft.moveOther(down, right));
  }
  walk.addEventListener("input", () => {
    const differing = differingCells(state.codes, state.graft.other);
    graft.takeCells(differing.slice(0, Number(walk.value)));
  });
  wireButtons(element, {
    keep: () => graft.setOther(state.codes),
    swap: () => graft.takeCells([...cells.keys()].filter((cell) => !state.graft.taken.includes(cell))),
    none: () => graft.takeCells([]),
    use() {
      graft.useGraft();
      scrollTo(0, 0);
    },
  });
  addExampleButtons(part(".examples"), text.example, ({ codes }) => graft.setOther(codes));

  // ---- what is shown ----
  const queue = newestFirst();
  let shown = null; // what the pictures are of

  watch(["modelInfo", "view", "codes", "graft", "theme", "networks"], (now) => {
    const { modelInfo, view, codes, theme } = now;
    const { other, taken } = now.graft;
    if (!modelInfo || view !== "graft") return;
    if (!other) return graft.setOther((modelInfo.examples[FIRST_OTHER] ?? modelInfo.blank).codes);
    if (!cells.length) build(modelInfo);
    cells.forEach((cell, i) => (cell.ariaPressed = String(taken.includes(i))));
    given.forEach((cell, i) => cell.classList.toggle("replaced", taken.includes(i)));
    const differing = differingCells(codes, other);
    const walked = differing.filter((cell) => taken.includes(cell)).length;
    walk.max = differing.length;
    walk.value = walked;
    part(".walk b").textContent = fill(text.walked, { count: walked, all: differing.length });
    const wanted = JSON.stringify([codes, other, taken, theme]);
    if (wanted === shown) return queue(null);
    queue(async (signal) => {
      const grids = [codes, other, graft.graftedCodes(now)].map((grid) => withoutUnknown(grid, modelInfo));
      const [a, b, mix] = await networks.decode(grids, { signal });
      paint(part(".a"), a);
      paint(part(".b"), b);
      paint(
        part(".mix"),
        mix,
        inCells(modelInfo, (cell) => taken.includes(cell)),
      );
      shown = wanted;
    }, wanted);
  });
}
