// What is expected in each cell given all other known cells; `conditionals` of vqdemo/model.py once more.

import { checkFor } from "../arguments.js";
import { labelPosterior, logSumExp } from "../log_probabilities.js";
import { range } from "../range.js";
import { dropRare } from "./labels.js";

/** A network (see pixelcnn.js) and its labels (labels.js) -> conditionals(). */
export function conditionalsOf(network, posterior) {
  const { config, cells, heap, inOrder } = network;
  const { num_codes: numCodes, num_labels: numLabels } = config;
  const everyLabel = range(numLabels);
  const check = checkFor(config, cells);

  /**
   * What is expected in each cell given all other known cells: {codes, label} -> Float32Array
   * [cell][numCodes].
   */
  function* conditionals({ codes, label = null }) {
    check({ codes, label });
    const labels = label === null ? everyLabel : [label];
    const grids = labels.map(() => inOrder(codes));
    yield* network.passBefore(grids, labels, () => true);
    yield* network.computeAfter(grids, labels, "contextAfter");
    const logP = new Float64Array(labels.length * cells * numCodes); // [label][cell][code], cells row by row
    const turned = inOrder(range(cells));
    yield* network.passHead(
      { where: "contextAfter", n: labels.length, which: range(labels.length) },
      () => true,
      (cell, k, at) => {
        const sum = logSumExp(heap, at, numCodes);
        const to = (k * cells + turned[cell]) * numCodes;
        for (let code = 0; code < numCodes; code++) logP[to + code] = heap[at + code] - sum;
      },
    );
    const weights =
      label === null ? yield* labelLogProbsOfOthers(codes, grids, logP) : range(cells).map(() => [0]);
    const result = new Float32Array(cells * numCodes);
    for (let cell = 0; cell < cells; cell++) {
      for (const k of range(labels.length)) {
        if (weights[cell][k] === -Infinity) continue;
        const from = (k * cells + cell) * numCodes;
        for (let code = 0; code < numCodes; code++)
          result[cell * numCodes + code] += Math.exp(logP[from + code] + weights[cell][k]);
      }
    }
    return result;
  }

  /**
   * log p(label | all known cells but one) -> [cell][label]; see `_label_log_probs_of_others` of model.py.
   */
  function* labelLogProbsOfOthers(codes, grids, logP) {
    const evidence = yield* network.evidence(grids, everyLabel);
    const { whole, without } = network.classify(codes, true);
    posterior.keep(codes.join(), labelPosterior(whole, evidence));
    return range(cells).map((cell) => {
      const added = everyLabel.map((label) =>
        codes[cell] < 0 ? 0 : logP[(label * cells + cell) * numCodes + codes[cell]],
      );
      return dropRare(
        labelPosterior(
          without[cell],
          everyLabel.map((label) => evidence[label] - added[label]),
        ),
      );
    });
  }

  return conditionals;
}
