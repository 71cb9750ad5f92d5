// What the code of one cell is drawn from: the logits, with and without a label, from which the page makes the
// probabilities again whenever a slider moves (state/die.js).

import { checkFor } from "../arguments.js";
import { cellNumbers } from "../noise.js";
import { range } from "../range.js";

/** A network (see pixelcnn.js) and its labels (labels.js) -> die(). */
export function dieOf(network, posterior) {
  const { config, cells, heap, inOrder } = network;
  const { num_codes: numCodes, num_labels: numLabels } = config;
  const check = checkFor(config, cells);

  /**
   * What the code of one cell is drawn from, given the other known cells: {codes, cell, label (null for any),
   * drawn} -> the Die of types.js. drawn, of a cell that a completion has filled: {codes: what was completed,
   * first: which alternative, temperature, guidance, seed}.
   */
  return function* die({ codes, cell, label = null, drawn = null }) {
    check({ codes, label });
    if (!range(cells).includes(cell))
      throw new RangeError(`cell must be from 0 to ${cells - 1}, not ${cell}`);
    if (drawn && label === null) [label] = yield* posterior.sample({ ...drawn, n: 1 });
    const others = codes.map((code, other) => (other === cell ? -1 : code));
    const labels = label === null ? range(numLabels) : [label];
    const known = label === null ? yield* posterior.of(others) : [0];
    const all = [...labels, numLabels]; // and none
    const grids = all.map(() => inOrder(others));
    const place = inOrder(range(cells)).indexOf(cell);
    const logits = [];
    yield* network.passBefore(grids, all, (at) => at === place);
    yield* network.computeAfter(grids, all, "contextAfter");
    yield* network.passHead(
      { where: "contextAfter", n: all.length, which: range(all.length) },
      (at) => at === place,
      (_, k, at) => (logits[k] = Array.from(heap.subarray(at, at + numCodes))),
    );
    return {
      labels,
      without: logits.pop(),
      logits,
      known,
      empty: label === null ? yield* posterior.ofEmpty() : [0],
      needle: drawn && cellNumbers(drawn.seed, drawn.first, cells)[cell],
    };
  };
}
