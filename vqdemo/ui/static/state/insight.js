// What is computed about the grid unasked: the footprint of the cell pointed at, the conditional distribution
// of every cell, and what the likeliest codes would draw in the selected one. It waits while codes or image
// are on their way.

/** @import { Image } from "../networks/types.js" */
/** @import { Offer, State } from "./types.js" */

import * as networks from "../networks/client.js";
import { distributionIn, withoutUnknown } from "./grid.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

const FOOTPRINT_CODES = 8; // that are put into a cell to see which pixels follow
export const OFFERED_CODES = 8; // in the what-if strip
const TRIED_CODES = 32; // likeliest codes of a cell whose pictures are compared
const MAX_UNSEEN = 32; // of 255: pictures that differ by less everywhere cannot be told apart

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

const queueLikeliest = newestFirst();

watch(["selected", "expected", "codes", "networks"], (now) => {
  const { codes, expected, whatIf } = now;
  const cell = cellOf(now);
  if (whatIf && whatIf.cell !== cell) update({ whatIf: null });
  if (cell === null || expected?.codes !== codes) queueLikeliest(null);
  else if (whatIf?.codes !== codes || whatIf.cell !== cell)
    queueLikeliest((signal) => showLikeliest(codes, cell, signal), `${cell}: ${codes}`);
});

/** What the likeliest codes of a cell would draw, and what the present one draws. */
async function showLikeliest(codes, cell, signal) {
  const { modelInfo, expected } = state;
  const distribution = distributionIn(cell, expected.probabilities, modelInfo.num_codes);
  const tried = [...distribution.keys()]
    .sort((a, b) => distribution[b] - distribution[a])
    .filter((code, rank) => rank < TRIED_CODES || code === codes[cell]);
  const full = withoutUnknown(codes, modelInfo);
  const grids = tried.map((code) => full.with(cell, code));
  const images = await networks.decode(grids, { signal });
  const list = offers(
    tried.map((code, i) => ({ code, probability: distribution[code], image: images[i] })),
    codes[cell],
  );
  if (state.codes === codes && state.selected.size === 1 && state.selected.has(cell)) {
    update({ whatIf: { codes, cell, list } });
  }
}

const lookAlike = (a, b) => a.every((ink, i) => Math.abs(ink - b[i]) < MAX_UNSEEN);

/**
 * At most OFFERED_CODES offers, the likeliest first, of codes whose images can be told apart. Codes that
 * can not are one offer, with the sum of their probabilities: that of the present code if it is among them,
 * else of the likeliest. The present code is always offered.
 * @param {{code: number, probability: number, image: Image}[]} codes
 * @param {number} present code of the cell, or UNKNOWN
 * @returns {Offer[]}
 */
export function offers(codes, present) {
  const rank = ({ code, probability }) => (code === present ? Infinity : probability);
  /** @type {Offer[]} */
  const groups = [];
  for (const { code, probability, image } of [...codes].sort((a, b) => rank(b) - rank(a))) {
    const group = groups.find((offer) => lookAlike(offer.image, image));
    if (group) {
      group.probability += probability;
      group.alike.push(code);
    } else groups.push({ code, probability, image, alike: [] });
  }
  groups.sort((a, b) => b.probability - a.probability);
  const shown = groups.slice(0, OFFERED_CODES);
  const own = groups.find(({ code }) => code === present);
  if (own && !shown.includes(own)) shown[OFFERED_CODES - 1] = own;
  return shown;
}
