// The decoder: which picture comes of some of the codes, what the open cell's code adds to it, and how far
// the code reaches. Codes are switched off here only: an off code is replaced by the blank one, and the
// workbench's grid stays as it is.

import * as networks from "../../networks/client.js";
import { placeOf, withoutUnknown } from "../../state/grid.js";
import { newestFirst } from "../../state/newest_first.js";
import { meanChange, sharesByRing } from "../../state/patches.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { addCellButtons } from "../parts/cell_buttons.js";
import { share } from "../parts/numbers.js";
import { paint, tint } from "../parts/paint.js";
import { paintDifference } from "./difference.js";

const STRONGEST = 68; // of tint()'s scale: the pixel that moves most

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const cells = addCellButtons(part(".codes"), { label: text.grid, cell: text.cell, press: turn });
  const outlines = [...element.querySelectorAll(".own")].map((grid) => {
    const outline = document.createElement("i");
    grid.append(outline);
    return outline;
  });
  let codes = null; // the workbench's
  let off = new Set(); // the cells whose code is switched off
  const queuePicture = newestFirst();
  const queueReach = newestFirst();
  let reaches = { codes: null, byCell: new Map() }; // of the present grid: {own, moves}

  const inked = () => [...codes.keys()].filter((cell) => codes[cell] !== state.modelInfo.background);
  wireButtons(element, { all: () => turnOff([]), none: () => turnOff(inked()) });

  function turn(cell) {
    if (off.has(cell)) turnOff([...off].filter((other) => other !== cell));
    else if (inked().includes(cell)) turnOff([...off, cell]);
  }
  function turnOff(cells) {
    off = new Set(cells);
    show(state);
  }

  watch(["modelInfo", "view", "codes", "opened", "theme"], (now) => {
    if (!now.modelInfo || now.view !== "how") return;
    const fresh = withoutUnknown(now.codes, now.modelInfo);
    if (fresh.join() !== codes?.join()) off = new Set();
    codes = fresh;
    show(now);
  });

  function show({ modelInfo, opened }) {
    const { background, grid_shape } = modelInfo;
    cells.forEach((button, cell) => {
      const blank = codes[cell] === background;
      button.textContent = blank ? "" : String(codes[cell]);
      button.ariaPressed = blank ? null : String(!off.has(cell));
    });
    const count = inked().length;
    part(".count").textContent = fill(text.codes_caption, { on: count - off.size, count });
    part("[data-do=all]").disabled = !off.size;
    part("[data-do=none]").disabled = off.size === count;
    if (opened === null) return;
    const [row, column] = placeOf(opened, grid_shape[1]);
    for (const outline of outlines) outline.style.gridArea = `${row + 1} / ${column + 1}`;
    for (const grid of element.querySelectorAll(".own")) grid.style.setProperty("--columns", grid_shape[1]);
    part(".about").textContent = fill(codes[opened] === background ? text.added_blank : text.added_caption, {
      code: codes[opened],
      row: row + 1,
      column: column + 1,
    });
    const shown = codes.map((code, cell) => (off.has(cell) ? background : code));
    queuePicture((signal) => showPicture(shown, opened, signal), `${opened}: ${shown}`);
    const known = reaches.codes === codes.join() && reaches.byCell.get(opened);
    if (known) showReach(known, opened);
    else part(".shares").textContent = text.measuring;
    queueReach(known ? null : (signal) => measureReach(codes, opened, signal), `${opened}: ${codes}`);
  }

  async function showPicture(shown, cell, signal) {
    const grids = [shown, shown.with(cell, codes[cell]), shown.with(cell, state.modelInfo.background)];
    const [picture, withCode, without] = await networks.decode(grids, { signal });
    paint(part(".picture"), picture);
    paintDifference(part(".added"), withCode, without);
  }

  /** Each other code takes the cell's place in turn. */
  async function measureReach(codes, cell, signal) {
    if (reaches.codes !== codes.join()) reaches = { codes: codes.join(), byCell: new Map() };
    const others = Array.from({ length: state.modelInfo.num_codes }, (_, code) => code).filter(
      (code) => code !== codes[cell],
    );
    const [own, ...pictures] = await networks.decode(
      [codes, ...others.map((code) => codes.with(cell, code))],
      { signal },
    );
    const reach = { own, moves: meanChange(own, pictures) };
    reaches.byCell.set(cell, reach);
    if (state.opened === cell) showReach(reach, cell);
  }

  function showReach({ own, moves }, cell) {
    const most = Math.max(...moves) || 1;
    paint(part(".faint"), own);
    tint(
      part(".reach"),
      moves.map((move) => (STRONGEST * move) / most),
    );
    const [inside, beside, ...beyond] = sharesByRing(moves, cell, state.modelInfo.grid_shape);
    part(".shares").textContent = fill(text.reach_caption, {
      own: share(inside),
      beside: share(beside),
      beyond: share(beyond.reduce((a, b) => a + b)),
    });
  }
}
