// What the prior takes the digit for: the probability of each label given the known codes. It follows every
// change of the grid; what has become old meanwhile is given up.

import * as networks from "../networks/client.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

export const SURE = 0.8; // a label at least this likely is what the digit reads as
const POSSIBLE = 0.1; // and one at least this likely is what it may be

const queue = newestFirst();

watch(["codes", "networks"], ({ codes, belief }) => {
  if (!codes) queue(null);
  else if (belief?.codes !== codes) queue((signal) => showBelief(codes, signal), codes);
});

async function showBelief(codes, signal) {
  const probabilities = await networks.labelProbs(codes, { signal });
  if (state.codes === codes) update({ belief: { codes, probabilities } });
}

/**
 * What probabilities of labels say in words: the labels that count, the likeliest first. One is `sure`; two
 * or three it may be; with more it reads as none.
 * @param {ArrayLike<number>} probabilities by label
 * @returns {{kind: "sure" | "perhaps" | "open", labels: number[]}}
 */
export function reading(probabilities) {
  const order = [...Array(probabilities.length).keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  if (probabilities[order[0]] >= SURE) return { kind: "sure", labels: [order[0]] };
  const labels = order.filter((label) => probabilities[label] >= POSSIBLE);
  if (labels.length === 0 || labels.length > 3) return { kind: "open", labels: [] };
  return { kind: "perhaps", labels };
}
