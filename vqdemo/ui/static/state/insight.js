// What is computed about the grid unasked: the footprint of the cell pointed at, the conditional distribution
// of every cell, the die of the selected one, and what its likeliest codes would draw. It waits while codes
// or image are on their way.

/** @import { Image } from "../networks/types.js" */
/** @import { Offer, State } from "./types.js" */

import * as networks from "../networks/client.js";
import { sharesOf } from "./die.js";
import { sameCodes, UNKNOWN, withoutUnknown } from "./grid.js";
import { newestFirst } from "./newest_first.js";
import { currentCell } from "./preview.js";
import { state, update, watch } from "./store.js";

const FOOTPRINT_CODES = 8; // that are put into a cell to see which pixels follow
export const OFFERED_CODES = 8; // in the what-if strip
const TRIED_CODES = 32; // likeliest codes of a cell whose pictures are compared
const MAX_UNSEEN = 32; // of 255: pictures that differ by less everywhere cannot be told apart

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
  const { codes, footprint } = now;
  const isKnown = footprint?.codes === codes && footprint.cell === cell;
  if (cell === null || !isUpToDate(now) || isKnown) queueFootprint(null);
  else queueFootprint((signal) => showFootprint(codes, cell, signal), `${cell}: ${codes}`);
});

async function showFootprint(codes, cell, signal) {
  if (footprints.codes !== codes) footprints = { codes, byCell: new Map() };
  const image = footprints.byCell.get(cell) ?? (await footprintOf(codes, cell, signal));
  footprints.byCell.set(cell, image);
  const { pointed } = state;
  if (sameCodes(state.codes, codes) && pointed && "cell" in pointed && pointed.cell === cell) {
    update({ footprint: { codes: state.codes, cell, image } });
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

const queueExpected = newestFirst();

watch([...FOLLOWED, "surprise", "moving", "settings", "networks"], (now) => {
  const { codes, surprise, moving, expected, settings } = now;
  const label = settings?.label ?? null;
  const isKnown = expected?.codes === codes && expected.label === label;
  if (!isUpToDate(now) || !(surprise || moving) || isKnown) queueExpected(null);
  else queueExpected((signal) => showExpected(codes, label, signal), `${label}: ${codes}`);
});

async function showExpected(codes, label, signal) {
  const probabilities = await networks.conditionals(codes, label, { signal });
  if (sameCodes(state.codes, codes)) update({ expected: { codes: state.codes, label, probabilities } });
}

// ---- the die of a cell, and what its codes would draw ----

/** The one selected cell, or null. */
const cellOf = ({ selected }) => (selected.size === 1 ? [...selected][0] : null);

/**
 * Whose die is shown: the cell that is being filled, or else the selected one; `number`: by which completion
 * it was filled, or null.
 */
function subjectOf(now) {
  const { codes, preview, alternatives } = now;
  const cell = (preview?.watched ? currentCell(preview) : null) ?? cellOf(now);
  if (cell === null) return null;
  const number = preview?.number ?? alternatives?.adopted ?? null;
  const filled = preview ? preview.codes : alternatives?.list[number]?.codes;
  const isFilled = filled && alternatives?.question[cell] === UNKNOWN && filled[cell] !== UNKNOWN;
  return { cell, number: isFilled && (preview || sameCodes(codes, filled)) ? number : null };
}

const queueDie = newestFirst();

watch([...FOLLOWED, "selected", "settings", "alternatives", "preview", "networks"], (now) => {
  const { codes, die, alternatives, settings } = now;
  const subject = subjectOf(now);
  if (die && die.cell !== subject?.cell) update({ die: null });
  if (!subject || !isUpToDate(now)) return queueDie(null);
  const { cell, number } = subject;
  const label = (number === null ? settings : alternatives.settings).label;
  if (die?.codes === codes && die.cell === cell && die.label === label && die.number === number)
    return queueDie(null);
  queueDie((signal) => showDie({ codes, cell, label, number }, signal), [cell, label, number, codes].join());
});

async function showDie({ codes, cell, label, number }, signal) {
  const asked = number === null ? { codes } : asDrawn(state.alternatives, number, cell);
  const found = await networks.die({ ...asked, cell, label }, { signal });
  if (sameCodes(state.codes, codes) && subjectOf(state)?.cell === cell)
    update({ die: { ...found, codes: state.codes, cell, label, number } });
}

/** What a completion saw when it filled a cell: what was known, and the cells that it had filled before. */
function asDrawn({ question, order, list, settings }, number, cell) {
  const codes = list[number].codes.map((code, other) =>
    order.indexOf(other) < order.indexOf(cell) ? code : UNKNOWN,
  );
  return { codes, drawn: { ...settings, codes: question, first: number } };
}

/** The distribution of every cell given all others, for the digit asked for. */
export async function conditionalsNow() {
  const { codes, settings } = state;
  const { label } = settings;
  return { codes, label, probabilities: await networks.conditionals(codes, label) };
}

const queueLikeliest = newestFirst();

watch(["selected", "die", "codes", "settings", "networks"], (now) => {
  const { codes, die, whatIf, settings } = now;
  const cell = cellOf(now);
  if (whatIf && whatIf.cell !== cell) update({ whatIf: null });
  if (cell === null || die?.codes !== codes || die.cell !== cell) return queueLikeliest(null);
  const distribution = sharesOf(die, settings);
  const tried = ranked(distribution).filter((code, rank) => rank < TRIED_CODES || code === codes[cell]);
  const key = `${cell}: ${codes}: ${tried.slice(0, OFFERED_CODES)}`;
  if (whatIf?.key === key) return queueLikeliest(null);
  queueLikeliest((signal) => showLikeliest({ codes, cell, key, tried, distribution }, signal), key);
});

/** All codes, the likeliest first. @param {number[]} distribution */
const ranked = (distribution) => [...distribution.keys()].sort((a, b) => distribution[b] - distribution[a]);

/** What the likeliest codes of a cell would draw, and what the present one draws. */
async function showLikeliest({ codes, cell, key, tried, distribution }, signal) {
  const full = withoutUnknown(codes, state.modelInfo);
  const images = await networks.decode(
    tried.map((code) => full.with(cell, code)),
    { signal },
  );
  const list = offers(
    tried.map((code, i) => ({ code, probability: distribution[code], image: images[i] })),
    codes[cell],
  );
  if (sameCodes(state.codes, codes) && cellOf(state) === cell)
    update({ whatIf: { codes: state.codes, cell, key, list } });
}

const lookAlike = (a, b) => a.every((ink, i) => Math.abs(ink - b[i]) < MAX_UNSEEN);

/**
 * At most OFFERED_CODES offers, the likeliest first, of codes whose images can be told apart. Codes that can
 * not are one offer, with the sum of their probabilities: of the present code if it is among them, else of
 * the likeliest. The present code is always offered.
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
