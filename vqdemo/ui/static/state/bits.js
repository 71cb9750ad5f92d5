// What the prior makes of the whole digit and of the last edit, in bits: how long the digit is by the prior,
// how much longer the edit made it, and how far it moved what is expected in each other cell.

/** @import { Grid } from "../networks/types.js" */

import * as networks from "../networks/client.js";
import { distributionIn, sameCodes, UNKNOWN } from "./grid.js";
import { gridBefore } from "./history.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

/** Tint the grid by how unexpected each code is, or no longer. */
export const toggleSurprise = () => update({ surprise: !state.surprise, moving: false });

/** Tint it by how far the last edit moved what is expected, or no longer. */
export const toggleMoves = () => update({ moving: !state.moving, surprise: false });

/** @param {Grid} codes */
const isWhole = (codes) => Boolean(codes) && !codes.includes(UNKNOWN);

// ---- how long the digit is ----

const queueLength = newestFirst();

watch(["codes", "surprise", "settings", "networks"], ({ codes, surprise, settings, length }) => {
  const label = settings?.label ?? null;
  if (!surprise || !isWhole(codes)) return queueLength(null);
  if (length?.codes === codes && length.label === label) return queueLength(null);
  queueLength((signal) => showLength(codes, label, signal), `${label}: ${codes}`);
});

async function showLength(codes, label, signal) {
  const before = gridBefore();
  const grids = isWhole(before) && !sameCodes(before, codes) ? [codes, before] : [codes];
  const logs = await networks.logProb(grids, codes.map(() => false), label, { signal }); // prettier-ignore
  const [bits, then] = logs.map((log) => -log / Math.LN2);
  const change = then === undefined ? null : bits - then;
  if (sameCodes(state.codes, codes)) update({ length: { codes: state.codes, label, bits, change } });
}

// ---- what an edit moves ----

const queueMoves = newestFirst();

watch(["codes", "moving", "expected", "settings", "networks"], (now) => {
  const { codes, moving, expected, settings, moves } = now;
  const label = settings?.label ?? null;
  if (!moving || expected?.codes !== codes || expected.label !== label) return queueMoves(null);
  if (moves?.codes === codes && moves.label === label) return queueMoves(null);
  queueMoves((signal) => showMoves(expected, signal), `${label}: ${codes}`);
});

async function showMoves({ codes, label, probabilities }, signal) {
  const { num_codes } = state.modelInfo;
  const before = gridBefore();
  if (!before || sameCodes(before, codes))
    return update({ moves: { codes: state.codes, label, bits: null } });
  const then = await networks.conditionals(before, label, { signal });
  const bits = codes.map((code, cell) =>
    code === before[cell]
      ? divergence(distributionIn(cell, probabilities, num_codes), distributionIn(cell, then, num_codes))
      : 0,
  );
  if (sameCodes(state.codes, codes)) update({ moves: { codes: state.codes, label, bits } });
}

/**
 * How far a distribution moved, in bits: the Kullback-Leibler divergence of the new one from the old one.
 * @param {Float32Array} now
 * @param {Float32Array} then
 */
export const divergence = (now, then) =>
  now.reduce((sum, p, code) => (p > 0 ? sum + p * Math.log2(p / Math.max(then[code], 1e-30)) : sum), 0);
