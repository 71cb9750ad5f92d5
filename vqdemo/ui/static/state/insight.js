// What is computed about the grid unasked: the footprint of the cell pointed at, the conditional distribution
// of every cell, and what the likeliest codes would draw in the selected one. It waits while codes or image
// are on their way.

/** @import { State } from "./types.js" */

import * as networks from "../networks/client.js";
import { distributionIn, withoutUnknown } from "./grid.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

const FOOTPRINT_CODES = 8; // that are put into a cell to see which pixels follow
export const OFFERED_CODES = 8; // in the what-if strip

/** Tint the grid by how unexpected each code is, or no longer. */
export const toggleSurprise = () => update({ surprise: !state.surprise });

/** @type {(keyof State)[]} */
const FOLLOWED = ["codes", "decodedCodes", "drawing", "encodedDrawing"];
const isUpToDate = ({ modelInfo, codes, decodedCodes, drawing, encodedDrawing }) =>
  modelInfo && decodedCodes === codes && encodedDrawing === drawing;

// ---- which pixels depend on the cell pointed at ----

const queueFootprint = newestFirst();
let footprints = { codes: null, byCell: new Map() }; // those of the present grid

watch([...FOLLOWED, "pointed", "networks"], (now) => {
  const cell = now.pointed && "cell" in now.pointed ? now.pointed.cell : null;
  if (cell === null) update({ footprint: null });
  if (cell === null || !isUpToDate(now)) queueFootprint(null);
  else if (now.footprint?.codes !== now.codes || now.footprint.cell !== cell)
    queueFootprint((signal) => showFootprint(now.codes, cell, signal), `${cell}: ${now.codes}`);
});

async function showFootprint(codes, cell, signal) {
  if (footprints.codes !== codes) footprints = { codes, byCell: new Map() };
  const image = footprints.byCell.get(cell) ?? (await footprintOf(codes, cell, signal));
  footprints.byCell.set(cell, image);
  const { pointed } = state;
  if (state.codes === codes && pointed && "cell" in pointed && pointed.cell === cell) {
    update({ footprint: { codes, cell, image } });
  }
}

/** How far each pixel moves, on average, when other codes take the cell's place. */
async function footprintOf(codes, cell, signal) {
  const { modelInfo } = state;
  const { order } = modelInfo;
  const full = withoutUnknown(codes, modelInfo);
  const tried = Array.from(
    { length: FOOTPRINT_CODES },
    (_, i) => order[Math.floor((i * order.length) / FOOTPRINT_CODES)],
  );
  const grids = [full, ...tried.map((code) => full.with(cell, code))];
  const [own, ...others] = await networks.decode(grids, { signal });
  return own.map(
    (ink, i) => others.reduce((sum, other) => sum + Math.abs(other[i] - ink), 0) / FOOTPRINT_CODES,
  );
}

// ---- what the prior expects ----

/** The one selected cell, or null. */
const cellOf = ({ selected }) => (selected.size === 1 ? [...selected][0] : null);

const queueExpected = newestFirst();

watch([...FOLLOWED, "surprise", "selected", "pointed", "networks"], (now) => {
  const { codes, surprise, expected, pointed } = now;
  const soon = pointed !== null && "cell" in pointed; // a cell that is pointed at may be selected next
  if (!isUpToDate(now) || (cellOf(now) === null && !surprise && !soon)) queueExpected(null);
  else if (expected?.codes !== codes) queueExpected((signal) => showExpected(codes, signal), codes);
});

async function showExpected(codes, signal) {
  const probabilities = await networks.conditionals(codes, null, { signal });
  if (state.codes === codes) update({ expected: { codes, probabilities } });
}

/** The distribution of every cell given all others, for the digit asked for. */
export async function conditionalsNow() {
  const { codes, settings } = state;
  const { label } = settings;
  return { codes, label, probabilities: await networks.conditionals(codes, label) };
}

const queueLikeliest = newestFirst();

watch(["selected", "expected", "codes", "networks"], (now) => {
  const { codes, expected, whatIf } = now;
  const cell = cellOf(now);
  if (whatIf && whatIf.cell !== cell) update({ whatIf: null });
  if (cell === null || expected?.codes !== codes) queueLikeliest(null);
  else if (whatIf?.codes !== codes || whatIf.cell !== cell)
    queueLikeliest((signal) => showLikeliest(codes, cell, signal), `${cell}: ${codes}`);
});

/** The likeliest codes of a cell, each with its probability and the image that it would make. */
async function showLikeliest(codes, cell, signal) {
  const { modelInfo, expected } = state;
  const distribution = distributionIn(cell, expected.probabilities, modelInfo.num_codes);
  const likeliest = [...distribution.keys()]
    .sort((a, b) => distribution[b] - distribution[a])
    .slice(0, OFFERED_CODES);
  const full = withoutUnknown(codes, modelInfo);
  const grids = likeliest.map((code) => full.with(cell, code));
  const images = await networks.decode(grids, { signal });
  const list = likeliest.map((code, i) => ({ code, probability: distribution[code], image: images[i] }));
  if (state.codes === codes && state.selected.size === 1 && state.selected.has(cell)) {
    update({ whatIf: { codes, cell, list } });
  }
}
