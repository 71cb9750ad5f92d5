// A completion on show before it is kept: which of its cells are filled so far, and what is seen meanwhile.
// It is a value like any other; playback.js lets it go on over time, and completions.js keeps it.

/** @import { Alternatives, Preview, State } from "./types.js" */

import { entropyOf } from "./grid.js";

const FILL_TIME = 900; // ms at most for all cells
const CELL_TIME = 60; // ms at most for one

/**
 * An alternative of which nothing is filled in yet.
 * @param {Alternatives} alternatives
 * @param {number} number
 * @returns {Preview}
 */
export function begun({ question, order, list }, number) {
  const completion = list[number];
  const empty = { at: 0, codes: question, entropies: [], chosen: null };
  return { question, order, completion, number, ...empty, watched: false, playing: false, behind: null };
}

/** The same with the first `at` cells filled. @param {Preview} preview @returns {Preview} */
export function filledTo(preview, at) {
  const { question, order, completion } = preview;
  const filled = new Set(order.slice(0, at));
  const codes = question.map((code, cell) => (filled.has(cell) ? completion.codes[cell] : code));
  return { ...preview, at, codes };
}

/** @param {Preview} preview */
export const isWhole = ({ at, order }) => at >= order.length;

/** @param {Preview} preview */
export const whole = (preview) => filledTo(preview, preview.order.length);

/**
 * The next cell filled in, its code sampled from `distribution`.
 * @param {Preview} preview
 * @param {Float32Array} distribution
 */
export function withNextCell(preview, distribution) {
  const { at, order, completion, entropies } = preview;
  const code = completion.codes[order[at]];
  const entropy = entropyOf(distribution);
  const chosen = { code, probability: distribution[code], entropy };
  return { ...filledTo(preview, at + 1), entropies: [...entropies, entropy], chosen };
}

/** How many of `count` cells are filled after so many milliseconds: all of them within a second. */
export const filledAfter = (ms, count) =>
  Math.min(Math.floor(ms / Math.min(CELL_TIME, FILL_TIME / count)), count);

/** The cell filled last, while others are still to come; else null. @param {Preview | null} preview */
export const currentCell = (preview) =>
  preview?.at > 0 && !isWhole(preview) ? preview.order[preview.at - 1] : null;

/**
 * A glance at an alternative: all of it, until the visitor looks away; then what was shown before comes back.
 * @param {Preview | null} preview the present one
 * @param {Alternatives} alternatives
 * @param {number} number
 * @returns {Preview}
 */
export function glanceAt(preview, alternatives, number) {
  const rest = atRest(preview);
  const settled = rest && (rest.watched ? { ...rest, playing: false } : whole(rest));
  return { ...whole(begun(alternatives, number)), behind: { preview: settled } };
}

/** What is shown when nobody glances at another. @param {Preview | null} preview @returns {Preview | null} */
export const atRest = (preview) => (preview?.behind ? preview.behind.preview : preview);

/** The grid as shown. @param {Pick<State, "codes" | "preview">} state */
export const shownCodes = ({ codes, preview }) => preview?.codes ?? codes;
