// The prior in the browser: the networks of vqdemo/pixelcnn.py once more, from the same file of weights. What
// that says of the method holds here. It runs in a worker, and so uses nothing of the page. Its parts are in
// pixelcnn/.
//
// N grids are computed together, row by row. Codes come and go in the generation order (see inOrder), cell
// after cell; MASK is the number of codes.
//
// Everything that takes long is a generator, which stops now and then for its caller to see whether it is
// still wanted.

import { logSumExp } from "./log_probabilities.js";
import { cacheOf } from "./pixelcnn/cache.js";
import { headOf, placeHead } from "./pixelcnn/head.js";
import { labelClassifier, placeClassifier } from "./pixelcnn/label_classifier.js";
import { rowMixing } from "./pixelcnn/row_mixing.js";
import { placeRow, placeStack, stacks } from "./pixelcnn/stacks.js";
import { NAMES, weightsOf } from "./pixelcnn/weights.js";
import { range } from "./range.js";

/**
 * A safetensors file (ArrayBuffer) and `prior` of config.json -> the network. Throws if a tensor is missing.
 */
export function pixelcnn(file, config, { simd = true } = {}) {
  const weights = weightsOf(file, config);
  const { sizes, space } = weights;
  const { grid, numCodes, numLabels, cells, most, kinds } = sizes;
  const before = placeStack(weights, NAMES.stack.before, config.layers, config.width);
  const after = placeStack(weights, NAMES.stack.after, config.after_layers, config.after_features);
  const placed = { before, after, head: placeHead(weights) };
  const row = placeRow(weights);
  const mixedColumns = Math.max(before.layers[0].mixing.columns, placed.head.fusionLayers[0].below.columns);
  const mixed = space(grid, most, mixedColumns);
  const classifier = placeClassifier(weights);

  const kernel = weights.start(simd);
  const { heap } = kernel;
  const { logits } = placed.head;
  const mixing = rowMixing(sizes, kernel, mixed);
  const stack = stacks(sizes, kernel, mixing, row);
  const { computeBefore, computeAfter, head } = headOf(sizes, kernel, placed, stack, mixing);
  const classify = labelClassifier(sizes, kernel, classifier);
  const cache = cacheOf(sizes, kernel, placed, stack, mixing, head);

  // ---- in one pass ----

  /**
   * The stack `before` and its part of the head, for codes [grid][cell] and labels [grid], as far as
   * wanted(cell) is true.
   */
  function* passBefore(codes, labels, wanted) {
    const rows = 1 + Math.floor(range(cells).findLast(wanted) / grid);
    stack.begin(before, codes, labels);
    yield* stack.run(before, rows);
    yield* computeBefore(rows);
  }

  /**
   * Of the grids of passBefore, -> for each cell that is wanted, its logits: seen(cell, grid, where in heap).
   */
  function* passHead(known, wanted, seen) {
    for (let index = 0; index < grid; index++) {
      for (let first = 0; first < grid; first++) {
        if (!wanted(index * grid + first)) continue;
        let end = first + 1;
        while (end < grid && wanted(index * grid + end)) end++;
        head(index, first, end, known, logits);
        for (let column = first; column < end; column++) {
          for (let k = 0; k < before.n; k++)
            seen(index * grid + column, k, logits + ((column - first) * before.n + k) * kinds);
        }
        first = end;
      }
      yield;
    }
  }

  /** log p of a code from logits that lie somewhere. */
  const logP = (at, code) => heap[at + code] - logSumExp(heap, at, numCodes);

  /**
   * log p(known cells | label) of the grids of passBefore, by the chain rule: each given those before it ->
   * Float64Array [grid].
   */
  function* evidence(codes, labels) {
    const sums = new Float64Array(labels.length);
    const known = { where: "emptyContext", n: numLabels + 1, which: labels };
    const wanted = (cell) => codes.some((grid) => grid[cell] >= 0);
    yield* passHead(known, wanted, (cell, k, at) => {
      if (codes[k][cell] >= 0) sums[k] += logP(at, codes[k][cell]);
    });
    return sums;
  }

  /**
   * Grids [cell] so turned that raster order is the generation order; turned once more they are as before.
   */
  const inOrder = (values) => (config.backward ? [...values].reverse() : [...values]);

  const network = {
    ...{ config, cells, most, heap, kinds, simd: kernel.simd, inOrder, logP },
    ...{ computeAfter, passBefore, passHead, evidence, classify },
    ...cache,
  };
  const everyLabel = range(numLabels + 1);
  finished(
    computeAfter(
      everyLabel.map(() => Array(cells).fill(-1)),
      everyLabel,
      "emptyContext",
    ),
  );
  return network;
}

/** All that a generator does, at once -> what it returns. */
export function finished(generator) {
  for (;;) {
    const { done, value } = generator.next();
    if (done) return value;
  }
}
