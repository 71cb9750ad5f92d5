// Grafting: the workbench's grid A, another grid B, and A with some cells of B. Which cells are B's is all there is to say;
// halves, swapping and the walk from A to B only choose them. Moving B, with what was chosen of it, stamps it elsewhere.

import * as bench from "../../state/edits.js";
import { fillShelf } from "../parts/example_buttons.js";
import { inCells, paint } from "../../drawing/strokes.js";
import { newestFirst } from "../../state/insight.js";
import * as model from "../../networks/remote.js";
import { state, update, watch } from "../../state/store.js";
import { fill } from "../parts/numbers.js";

const FIRST_OTHER = 8; // the example that is B at first

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const part = (selector) => element.querySelector(selector);
  const board = part("#graft-cells");
  const walk = part(".walk input");
  let cells = []; // those of B, which are buttons
  let given = []; // those of A, of which the ones that B replaces are marked
  let focus = 0; // the one cell that Tab reaches

  const set = (graft) => update({ graft: { ...state.graft, ...graft } });
  const take = (taken) => set({ taken: [...taken].sort((a, b) => a - b) });
  const mixed = ({ codes, graft }) => codes.map((code, i) => (graft.taken.includes(i) ? graft.other[i] : code));
  /** The cells in which A and B differ, in reading order: the walk takes one after the other. */
  const steps = ({ codes, graft }) => [...codes.keys()].filter((i) => codes[i] !== graft.other[i]);

  // ---- choosing cells of B ----
  function build({ grid_shape: [rows, columns] }) {
    for (const grid of element.querySelectorAll(".cells")) grid.style.setProperty("--columns", columns);
    cells = Array.from({ length: rows * columns }, (_, i) => {
      const cell = Object.assign(document.createElement("button"), { type: "button" });
      cell.ariaLabel = fill(text.cell, { row: Math.floor(i / columns) + 1, column: (i % columns) + 1 });
      cell.dataset.cell = i;
      return cell;
    });
    board.append(...cells);
    given = cells.map(() => document.createElement("i"));
    part(".given").append(...given);
  }

  let painting = null; // while dragging: whether cells are taken or given back
  const paintCell = (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-cell]");
    if (!under || !board.contains(under)) return;
    const taken = new Set(state.graft.taken);
    const cell = Number(under.dataset.cell);
    painting ??= !taken.has(cell);
    if (painting) taken.add(cell);
    else taken.delete(cell);
    moveTo(cell);
    take(taken);
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    painting = null;
    paintCell(event);
  });
  board.addEventListener("pointermove", (event) => board.hasPointerCapture(event.pointerId) && paintCell(event));
  board.addEventListener("keydown", (event) => {
    const columns = state.about.grid_shape[1];
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (event.key in moves) {
      const to = focus + moves[event.key];
      if (to >= 0 && to < cells.length) moveTo(to);
    } else if (event.key === " " || event.key === "Enter") {
      const taken = new Set(state.graft.taken);
      if (!taken.delete(focus)) taken.add(focus);
      take(taken);
    } else return;
    event.preventDefault();
  });
  function moveTo(cell) {
    focus = cell;
    showFocus();
    cells[cell].focus({ preventScroll: true });
  }
  const showFocus = () => cells.forEach((cell, i) => (cell.tabIndex = i === focus ? 0 : -1));

  // ---- choosing many at once ----
  for (const button of element.querySelectorAll("[data-part]")) {
    button.addEventListener("click", () => take(bench.cellsOf(button.dataset.part)));
  }

  /** B one cell further, what was chosen of it too; what comes in at the other side is empty. */
  function move(down, right) {
    const { graft, about } = state;
    const [rows, columns] = about.grid_shape;
    const to = (i, sign) => {
      const [row, column] = [Math.floor(i / columns) + sign * down, (i % columns) + sign * right];
      return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
    };
    const other = graft.other.map((_, i) => (to(i, -1) === null ? about.background : graft.other[to(i, -1)]));
    set({ other, taken: graft.taken.map((i) => to(i, 1)).filter((i) => i !== null) });
  }
  for (const button of element.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => move(...button.dataset.move.split(" ").map(Number)));
  }
  walk.addEventListener("input", () => take(steps(state).slice(0, Number(walk.value))));
  const deeds = {
    keep: () => set({ other: state.codes }),
    swap: () => take([...cells.keys()].filter((i) => !state.graft.taken.includes(i))),
    none: () => take([]),
    use() {
      bench.graft(mixed(state));
      update({ view: "bench", graft: { ...state.graft, taken: [] } });
      scrollTo(0, 0);
    },
  };
  for (const button of element.querySelectorAll("[data-do]")) button.addEventListener("click", deeds[button.dataset.do]);

  // ---- what is shown ----
  watch(["about", "theme"], ({ about }) => {
    if (about) fillShelf(part(".examples"), about, text.example, (example) => set({ other: example.codes }));
  });
  const wish = newestFirst();
  watch(["about", "view", "codes", "graft", "theme"], (now) => {
    const { about, view, graft } = now;
    if (!about || view !== "graft") return;
    if (!graft.other) return set({ other: (about.examples[FIRST_OTHER] ?? about.blank).codes });
    if (!cells.length) {
      build(about);
      showFocus();
    }
    cells.forEach((cell, i) => (cell.ariaPressed = String(graft.taken.includes(i))));
    given.forEach((cell, i) => cell.classList.toggle("replaced", graft.taken.includes(i)));
    const way = steps(now);
    const walked = way.filter((i) => graft.taken.includes(i)).length;
    walk.max = way.length;
    walk.value = walked;
    part(".walk b").textContent = fill(text.walked, { count: walked, all: way.length });
    wish(async () => {
      const grids = [now.codes, graft.other, mixed(now)].map((codes) => bench.known(codes, about));
      const images = await model.decode(grids);
      paint(part(".a"), images[0]);
      paint(part(".b"), images[1]);
      paint(part(".mix"), images[2], inCells(about, (cell) => graft.taken.includes(cell)));
    });
  });
}
