// The probability of grids; `log_prob` of vqdemo/model.py once more.

import { checkFor } from "../arguments.js";
import { logSumExp } from "../log_probabilities.js";
import { range } from "../range.js";
import { dropRare } from "./labels.js";

/** A network (see pixelcnn.js) and its labels (labels.js) -> logProb(). */
export function logProbOf(network, posterior) {
  const { config, cells, inOrder } = network;
  const everyLabel = range(config.num_labels);
  const check = checkFor(config, cells);

  /**
   * Natural-log probability of the cells that are unknown given those that are known: {codes: grids, known:
   * booleans [cell], label} -> of each grid. Without a label: the mixture over labels, as `log_prob`
   * has it.
   */
  return function* logProb({ codes, known = Array(cells).fill(false), label = null }) {
    check({ codes, known, label }, false);
    const seen = codes.map((grid) => grid.map((code, cell) => (known[cell] ? code : -1)));
    const terms = []; // {grid, label, weight}: of each mixture
    for (const grid of range(codes.length)) {
      const weights = label === null ? dropRare(yield* posterior.of(seen[grid])) : null;
      for (const its of label === null ? everyLabel : [label]) {
        if (!weights || weights[its] > -Infinity)
          terms.push({ grid, label: its, weight: weights ? weights[its] : 0 });
      }
    }
    const wanted = inOrder(known.map((is) => !is));
    for (let first = 0; wanted.includes(true) && first < terms.length; first += network.most) {
      const some = terms.slice(first, first + network.most);
      // Grids that share what they know share what is known after a cell.
      const keys = some.map(({ grid, label }) => `${seen[grid].join()};${label}`);
      const distinct = [...new Set(keys)];
      const firsts = distinct.map((key) => some[keys.indexOf(key)]);
      yield* network.computeAfter(
        firsts.map(({ grid }) => inOrder(seen[grid])),
        firsts.map(({ label }) => label),
        "contextAfter",
      );
      const grids = some.map(({ grid }) => inOrder(codes[grid]));
      yield* network.passBefore(
        grids,
        some.map(({ label }) => label),
        (cell) => wanted[cell],
      );
      const after = {
        where: "contextAfter",
        n: distinct.length,
        which: keys.map((key) => distinct.indexOf(key)),
      };
      yield* network.passHead(
        after,
        (cell) => wanted[cell],
        (cell, k, at) => (some[k].weight += network.logP(at, grids[k][cell])),
      );
    }
    return codes.map((_, i) => logSumExp(terms.filter(({ grid }) => grid === i).map(({ weight }) => weight)));
  };
}
