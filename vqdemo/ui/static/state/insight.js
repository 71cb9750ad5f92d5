// What the page works out by itself about the grid: the footprint of the cell pointed at, what the prior expects in each
// cell, and what the likeliest codes would draw in the chosen one. It waits while codes or picture are on their way.

import { known, say } from "./edits.js";
import * as model from "../networks/remote.js";
import { state, update, watch } from "./store.js";

const TRIED = 8; // codes put into a cell to see which pixels follow
export const OFFERED = 8; // codes in the what-if strip

/** Takes wishes, each a function that returns a promise: one at a time is worked on, and next the newest. */
export function newestFirst() {
  let wish = null;
  let busy = false;
  return async (newest) => {
    wish = newest;
    if (busy) return;
    busy = true;
    while (wish) {
      await new Promise((resolve) => setTimeout(resolve)); // what has come is shown first
      const now = wish;
      wish = null;
      await now?.().catch((error) => say(error.message, "error"));
    }
    busy = false;
  };
}

const settled = ({ about, codes, imageFrom, drawing, encodedFrom }) =>
  about && imageFrom === codes && encodedFrom === drawing;

// ---- which pixels depend on the cell pointed at ----

const wishFootprint = newestFirst();
let footprints = { codes: null, of: new Map() }; // those of the present grid, by cell

watch(["pointed", "codes", "imageFrom"], (now) => {
  const cell = now.pointed?.cell;
  if (cell === undefined) update({ footprint: null });
  else if (settled(now)) wishFootprint(() => showFootprint(now.codes, cell));
});

async function showFootprint(codes, cell) {
  if (footprints.codes !== codes) footprints = { codes, of: new Map() };
  const image = footprints.of.get(cell) ?? (await footprint(codes, cell));
  footprints.of.set(cell, image);
  if (state.codes === codes && state.pointed?.cell === cell) update({ footprint: { codes, cell, image } });
}

/** How far each pixel moves, on average, when other codes take the cell's place. */
async function footprint(codes, cell) {
  const { order } = state.about;
  const full = known(codes, state.about);
  const tried = Array.from({ length: TRIED }, (_, i) => order[Math.floor((i * order.length) / TRIED)]);
  const [own, ...others] = await model.decode([full, ...tried.map((code) => full.with(cell, code))]);
  return own.map((ink, i) => others.reduce((sum, other) => sum + Math.abs(other[i] - ink), 0) / TRIED);
}

// ---- what the prior expects ----

const wishExpected = newestFirst();

watch(["surprise", "selected", "pointed", "codes", "imageFrom", "drawing", "encodedFrom"], (now) => {
  const { codes, selected, surprise, whatIf, expected } = now;
  const cell = selected.size === 1 ? [...selected][0] : null;
  if (cell === null && whatIf) update({ whatIf: null });
  const soon = now.pointed?.cell !== undefined; // a cell that is pointed at may be chosen next
  if (!settled(now) || (cell === null && !surprise && !soon)) return wishExpected(null);
  if (expected?.codes === codes && (cell === null || (whatIf?.codes === codes && whatIf.cell === cell))) return;
  wishExpected(async () => {
    if (state.expected?.codes !== codes) {
      const probabilities = await model.conditionals(codes);
      if (state.codes === codes) update({ expected: { codes, probabilities } });
    }
    if (cell !== null && state.expected?.codes === codes) await offer(codes, cell);
  });
});

/** The likeliest codes of a cell, each with its probability and the picture that it would make. */
async function offer(codes, cell) {
  const { about, expected } = state;
  const all = distribution(expected, cell, about);
  const likeliest = [...all.keys()].sort((a, b) => all[b] - all[a]).slice(0, OFFERED);
  const full = known(codes, about);
  const images = await model.decode(likeliest.map((code) => full.with(cell, code)));
  const list = likeliest.map((code, i) => ({ code, probability: all[code], image: images[i] }));
  if (state.codes === codes && state.selected.size === 1 && state.selected.has(cell)) {
    update({ whatIf: { codes, cell, list } });
  }
}

/** The probability of each code in one cell. */
export function distribution({ probabilities }, cell, { num_codes }) {
  return probabilities.subarray(cell * num_codes, (cell + 1) * num_codes);
}
