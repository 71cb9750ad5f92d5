// The code grid: shows each cell's code as its number over the tile it stands for, and turns clicks, drags and keys
// into a choice of cells and into edits.

import * as bench from "../../state/edits.js";
import { depict, middle, picture } from "../../drawing/strokes.js";
import { distribution } from "../../state/insight.js";
import * as pointing from "../../state/selection.js";
import { showPicture } from "../reconstruction/reconstruction.js";
import { linkedCells, shownCodes, state, UNKNOWN, update, watch } from "../../state/store.js";
import { decimal, fill } from "../parts/numbers.js";

const SHOWN = 6; // pixels of a tile that a cell shows, each way: its own 4x4 and a rim
const TYPING_ENDS = 1200; // ms after which a half-typed number counts as meant
const STRONGEST = 6; // nats of surprise at which the tint is full; a legend says so

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const grid = element.querySelector("#code-grid");
  let cells = []; // the gridcell elements, row by row
  let columns = 0;
  let focus = 0; // the one cell that Tab reaches
  let anchor = 0; // where a rectangle of chosen cells began
  let empty = []; // by code: whether it draws next to nothing
  let faces = []; // by code: the picture that its cells show
  const shown = []; // by cell: all that it shows, as one string

  function build({ grid_shape, tiles }) {
    columns = grid_shape[1];
    const make = (role, parent) => {
      const node = document.createElement("div");
      node.setAttribute("role", role);
      parent.append(node);
      return node;
    };
    for (let r = 0; r < grid_shape[0]; r++) {
      const row = make("row", grid);
      for (let c = 0; c < columns; c++) {
        const cell = make("gridcell", row);
        cell.append(picture(), document.createElement("span"));
        cell.dataset.cell = r * columns + c;
      }
    }
    cells = [...grid.querySelectorAll("[role=gridcell]")];
    const mean = (image) => image.reduce((sum, ink) => sum + ink, 0) / image.length;
    empty = tiles.map((tile) => mean(middle(tile, 4)) < 20);
    faces = tiles.map((tile) => middle(tile, SHOWN));
  }

  // ---- choosing ----
  const at = (cell) => [Math.floor(cell / columns), cell % columns];
  const choose = (selected) => update({ selected });

  function rectangle(a, b) {
    const [[r1, c1], [r2, c2]] = [at(a), at(b)];
    const inside = (i) => {
      const [r, c] = at(i);
      return (r - r1) * (r - r2) <= 0 && (c - c1) * (c - c2) <= 0;
    };
    return new Set(cells.map((_, i) => i).filter(inside));
  }

  /** Choose a cell, or all from the anchor to it. */
  function moveTo(cell, extend) {
    if (!extend) anchor = cell;
    choose(rectangle(anchor, cell));
    goTo(cell);
  }

  function goTo(cell) {
    focus = cell;
    showFocus();
    cells[cell].focus({ preventScroll: true });
  }

  function showFocus() {
    cells.forEach((cell, i) => (cell.tabIndex = i === focus ? 0 : -1));
  }

  const cellUnder = (event) => {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-cell]");
    return found && grid.contains(found) ? Number(found.dataset.cell) : null;
  };
  // A drag with the mouse spans a rectangle; with Ctrl or a finger it is a lasso, which adds each cell that it passes (with
  // Ctrl: or takes it away).
  let dragging = null; // the pointer that does
  let adding = null; // of a lasso: whether cells are added or taken away

  function addOrRemove(cell, add) {
    const selected = new Set(state.selected);
    if (add) selected.add(cell);
    else selected.delete(cell);
    anchor = cell;
    goTo(cell);
    choose(selected);
  }

  grid.addEventListener("pointerdown", (event) => {
    const cell = cellUnder(event);
    if (cell === null || dragging !== null || event.button > 0) return;
    event.preventDefault();
    stopTyping(true);
    dragging = event.pointerId;
    grid.setPointerCapture(event.pointerId);
    adding = null;
    if (event.ctrlKey || event.metaKey) {
      adding = !state.selected.has(cell);
      addOrRemove(cell, adding);
    } else moveTo(cell, event.shiftKey);
    if (event.pointerType !== "mouse") {
      adding ??= true;
      pointing.focus({ cell });
    }
  });
  grid.addEventListener("pointermove", (event) => {
    const cell = cellUnder(event);
    if (event.pointerId === dragging && cell !== null && cell !== focus) {
      if (adding === null) moveTo(cell, true);
      else addOrRemove(cell, adding);
    }
    if (event.pointerType === "mouse") pointing.hover(cell === null ? null : { cell });
  });
  grid.addEventListener("pointerleave", () => pointing.hover(null));
  for (const end of ["pointerup", "pointercancel"]) {
    grid.addEventListener(end, (event) => {
      if (event.pointerId === dragging) dragging = null;
    });
  }

  // ---- keys ----
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  grid.addEventListener("keydown", (event) => {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    if (key in STEPS || key === "Home" || key === "End") {
      stopTyping(true);
      const rows = cells.length / columns;
      const [r, c] = at(focus);
      const [dr, dc] = STEPS[key] ?? [0, key === "Home" ? -columns : columns];
      const clamp = (value, size) => Math.min(Math.max(value, 0), size - 1);
      const to = clamp(r + dr, rows) * columns + clamp(c + dc, columns);
      if (command) goTo(to);
      else moveTo(to, event.shiftKey);
    } else if (key === " ") {
      addOrRemove(focus, !state.selected.has(focus));
    } else if (command && key.toLowerCase() === "a") {
      choose(new Set(cells.keys()));
    } else if (command || event.altKey) {
      return; // undo and the browser's own keys
    } else if (/^\d$/.test(key)) {
      type(key);
    } else if (key === "Enter" && typed) {
      stopTyping(true);
    } else if ((key === "Backspace" || key === "Delete") && typed) {
      stopTyping(false);
    } else if (key === "Backspace" || key === "Delete" || key === "?") {
      bench.write(UNKNOWN);
    } else if (key === "Escape") {
      if (typed) stopTyping(false);
      else choose(new Set());
    } else return;
    event.preventDefault();
  });
  grid.addEventListener("focusin", () => {
    if (!state.selected.size) moveTo(focus); // Tab into the grid: the focused cell is the chosen one
    if (cells[focus].matches(":focus-visible")) pointing.focus({ cell: focus });
  });
  grid.addEventListener("focusout", (event) => {
    if (grid.contains(event.relatedTarget)) return;
    stopTyping(true);
    pointing.focus(null);
  });

  // A number is typed digit by digit into the focused cell, and written when it is as long as the longest, at
  // Enter, or when the typing rests.
  let typed = "";
  let timer;

  function type(digit) {
    typed += digit;
    clearTimeout(timer);
    if (typed.length === String(state.about.num_codes - 1).length) return stopTyping(true);
    timer = setTimeout(() => stopTyping(true), TYPING_ENDS);
    show(state);
  }

  function stopTyping(write) {
    clearTimeout(timer);
    const number = typed;
    typed = "";
    if (!number) return;
    if (write) bench.write(Number(number));
    show(state);
  }

  // ---- tools ----
  const deeds = { undo: bench.undo, redo: bench.redo, erase: () => bench.write(UNKNOWN), restore: bench.restore };
  const surpriseButton = element.querySelector("[data-do=surprise]");
  deeds.surprise = () => update({ surprise: !state.surprise });
  for (const button of element.querySelectorAll("[data-do]")) {
    button.addEventListener("click", deeds[button.dataset.do]);
  }
  for (const button of element.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => bench.erasePart(button.dataset.preset));
  }
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input:not([type=range]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) bench.redo();
    else bench.undo();
  });

  // ---- what is shown ----
  showPicture(element.querySelector(".mini"));
  function show(now) {
    const { about, codes, encoded, selected, watching } = now;
    if (!about) return;
    const linked = linkedCells(now);
    const grid = shownCodes(now);
    if (!cells.length) {
      build(about);
      showFocus();
    }
    cells.forEach((cell, i) => {
      const code = grid[i];
      const [row, column] = at(i);
      const unknown = code === UNKNOWN;
      const typing = typed !== "" && i === focus;
      const edited = Boolean(encoded) && code !== encoded[i];
      const imagined = !unknown && Boolean(watching) && watching.question[i] === UNKNOWN;
      const look = [code, codes[i], typing, edited, imagined, linked.has(i), selected.has(i)].join();
      if (look === shown[i]) return; // most cells stay as they are, and a frame is the faster for it
      shown[i] = look;
      cell.lastChild.textContent = typing ? typed : unknown ? text.unknown : code;
      cell.classList.toggle("typing", typing);
      cell.classList.toggle("unknown", unknown);
      cell.classList.toggle("ground", !unknown && empty[code]);
      cell.classList.toggle("edited", edited);
      cell.classList.toggle("imagined", imagined);
      cell.classList.toggle("linked", linked.has(i));
      cell.dataset.code = codes[i];
      cell.ariaSelected = String(selected.has(i));
      cell.ariaLabel = fill(unknown ? text.cell_unknown : text.cell, { row: row + 1, column: column + 1, code });
      if (!unknown) depict(cell.firstChild, faces[code]);
    });
  }
  watch(["about", "codes", "encoded", "selected", "pointed", "watching"], show);

  // ---- the surprise map: how unexpected each code is, given all others ----
  const legend = element.querySelector(".legend");
  legend.querySelector(".most").textContent = fill(text.surprise_most, { most: STRONGEST });
  watch(["surprise", "expected", "codes"], ({ surprise, expected, codes, about }) => {
    surpriseButton.ariaPressed = String(surprise);
    grid.classList.toggle("surprise", surprise);
    element.querySelector("section").classList.toggle("with-legend", surprise);
    if (!surprise || expected?.codes !== codes) return;
    const nats = codes.map((code, i) => (code === UNKNOWN ? 0 : -Math.log(distribution(expected, i, about)[code])));
    nats.forEach((value, i) => {
      cells[i].style.setProperty("--tint", Math.min(value / STRONGEST, 1).toFixed(3));
      cells[i].title = codes[i] === UNKNOWN ? "" : fill(text.surprise_cell, { nats: decimal(value, 1) });
    });
    const total = nats.reduce((sum, value) => sum + value, 0);
    const typical = about.figures.typical_nats_a_cell * codes.filter((code) => code !== UNKNOWN).length;
    const sentence = typical ? text.surprise_total : text.surprise_total_alone;
    legend.querySelector(".total").textContent = fill(sentence, { total: decimal(total, 0), typical: decimal(typical, 0) });
  });
  watch(["theme"], () => {
    shown.length = 0;
    show(state);
  });
  watch(["about", "theme"], () => {
    for (const face of faces) depict(picture(), face); // now rather than when a stroke first needs it
  });
  watch(["canUndo", "canRedo"], ({ canUndo, canRedo }) => {
    element.querySelector("[data-do=undo]").disabled = !canUndo;
    element.querySelector("[data-do=redo]").disabled = !canRedo;
  });
}
