// The code's die: what the code of one cell is drawn from, as a pure function of the prior's logits and the
// settings. It is the sampler's own rule (see networks/sample_code.js, and sampling/labels.js), kept as
// shares of all codes: temperature flattens or sharpens them, guidance moves them away from what no label
// expects, top-p leaves out the least likely. Without a label asked for, the die is the mixture over the
// label that is drawn first.

/** @import { Die, Settings } from "../networks/types.js" */

/** Numbers -> shares that add up to 1, in proportion to e^number. @param {number[]} logits */
function softmax(logits) {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** Logits, guided away from others, at a temperature -> shares. */
const guided = (logits, without, { temperature, guidance }) =>
  softmax(
    logits.map((logit, i) => (logit + (guidance > 0 ? guidance * (logit - without[i]) : 0)) / temperature),
  );

/**
 * Only the likeliest shares, which make up `topP`, in place; they are not brought to 1.
 * @param {number[]} shares
 */
function leaveOut(shares, topP) {
  let before = 0; // the share of the codes likelier than this one
  for (const code of [...shares.keys()].sort((a, b) => shares[b] - shares[a])) {
    const own = shares[code];
    if (before >= topP) shares[code] = 0;
    before += own;
  }
}

/**
 * The share of each code, by which it is drawn.
 * @param {Die} die
 * @param {Pick<Settings, "temperature" | "top_p" | "guidance">} settings
 * @returns {number[]} by code; they add up to 1
 */
export function sharesOf({ labels, logits, without, known, empty }, settings) {
  const weights = labels.length > 1 ? guided(known, empty, settings) : [1];
  const sum = logits[0].map(() => 0);
  labels.forEach((_, k) => {
    const shares = guided(logits[k], without, settings);
    if (settings.top_p < 1) leaveOut(shares, settings.top_p);
    const kept = shares.reduce((a, b) => a + b);
    shares.forEach((share, code) => (sum[code] += (weights[k] * share) / kept));
  });
  return sum;
}

/** Where each share begins, and where it ends, on a bar of length 1. @param {number[]} shares */
export function partsOf(shares) {
  let from = 0;
  return shares.map((share) => ({ from, to: (from += share) }));
}

/** The code whose part a needle at `number`, 0 to 1, points to. @param {number[]} shares */
export function codeAt(number, shares) {
  const parts = partsOf(shares);
  const found = parts.findIndex(({ to }) => to > number * parts.at(-1).to);
  return found < 0 ? parts.length - 1 : found;
}
