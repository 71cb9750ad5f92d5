// The head: the features of both stacks are fused, with the context before each cell and that after it kept
// apart until the fusion layers add them, and give the logits of the cell.

import { range, runs } from "../range.js";
import { placeRowMixing } from "./row_mixing.js";
import { channels, halves, NAMES } from "./weights.js";

/** Its weights and room for what it computes. */
export function placeHead(weights) {
  const { config, space, linear } = weights;
  const { grid, cells, most, numCodes, numLabels, wide, kinds } = weights.sizes;
  const plain = channels(config.head_width);

  function fusionLayer(i) {
    const part = (which) => `${NAMES.fusionLayers.replace("*", i)}.${NAMES.fusionLayer[which]}`;
    const gates = halves(config.head_width);
    return {
      previous: i > 0 ? linear(part("previous"), plain, gates) : null,
      before: linear(part("before"), channels(config.width), gates),
      above: placeRowMixing(weights, part("above"), config.width, gates),
      after: linear(part("after"), channels(config.after_features), gates),
      below: placeRowMixing(weights, part("below"), config.after_features, gates),
      out: linear(part("out"), plain, plain),
      // What is added to the gates, of (cell, grid):
      contextBefore: space(cells, most, 2 * wide), // by all cells before each cell
      contextAfter: space(cells, most, 2 * wide), // by the known cells after it
      emptyContext: space(cells, numLabels + 1, 2 * wide), // that of an empty grid, by label
    };
  }

  return {
    fusionLayers: range(config.fusion_layers).map(fusionLayer),
    mixed: NAMES.head.mix.map((name) => linear(name, plain, plain)),
    toLogits: linear(NAMES.head.logits, plain, channels(numCodes)),
    // A row of all grids.
    gates: space(grid, most, 2 * wide),
    gated: space(grid, most, wide),
    x: space(grid, most, wide),
    y: space(grid, most, wide),
    logits: space(cells, most, kinds),
  };
}

/** What computes the contexts and, from these, the logits. */
export function headOf(sizes, kernel, { before, after, head: placed }, { begin, run }, { mixRows, enter }) {
  const { grid, cells, width, wide, kinds } = sizes;
  const { heap, multiply, gate, add, relu } = kernel;
  const { fusionLayers, mixed, toLogits } = placed;

  /** The contexts of the stack `before`, of the first `rows` rows. */
  function* computeBefore(rows) {
    const { n, features } = before;
    for (const { before: layer, above, contextBefore } of fusionLayers) {
      for (let index = 0; index < rows; index++) {
        const [x, out] = [features + index * grid * n * width, contextBefore + index * grid * n * 2 * wide];
        multiply(grid * n, layer, x, width, out, 2 * wide);
        mixRows(n, above, index, out);
        if (index + 1 < rows) enter(n, above, index, x, width);
      }
      yield;
    }
  }

  /**
   * The contexts of the known cells after each cell, for codes [grid][cell] and labels [grid], into `where`
   * of each fusion layer.
   */
  function* computeAfter(codes, labels, where) {
    begin(
      after,
      codes.map((grid) => [...grid].reverse()),
      labels,
    ); // so that the last cell comes first
    yield* run(after, grid);
    const { n, features, columns } = after;
    for (const layer of fusionLayers) {
      for (let index = 0; index < grid; index++) {
        const x = features + index * grid * n * columns;
        multiply(grid * n, layer.after, x, columns, placed.gates, 2 * wide);
        mixRows(n, layer.below, index, placed.gates);
        if (index + 1 < grid) enter(n, layer.below, index, x, columns);
        for (let column = 0; column < grid; column++) {
          const [from, cell] = [placed.gates + column * n * 2 * wide, cells - 1 - index * grid - column];
          heap.copyWithin(layer[where] + cell * n * 2 * wide, from, from + n * 2 * wide);
        }
      }
      yield;
    }
  }

  /**
   * Logits of some cells of a row, into their place. known: {where, n, which}: the context after, of n grids,
   * and which of these is each grid's.
   */
  function head(index, first, end, { where, n: kept, which }, out) {
    const { n } = before;
    const m = (end - first) * n;
    const neighbours = runs(which, n); // grids of the same context after: one call adds it to all of them
    for (let i = 0; i < fusionLayers.length; i++) {
      const layer = fusionLayers[i];
      for (let column = first; column < end; column++) {
        const cell = index * grid + column;
        for (const [k, next] of neighbours) {
          const from = layer.contextBefore + (cell * n + k) * 2 * wide;
          const added = layer[where] + (cell * kept + which[k]) * 2 * wide;
          const to = placed.gates + ((column - first) * n + k) * 2 * wide;
          add(next - k, 2 * wide, from, 2 * wide, added, 0, to, 2 * wide);
        }
      }
      if (i > 0) multiply(m, layer.previous, placed.x, wide, placed.gates, 2 * wide, placed.gates, 2 * wide);
      gate(m, wide, placed.gates, 2 * wide, placed.gated, wide);
      if (i === 0) multiply(m, layer.out, placed.gated, wide, placed.x, wide);
      else multiply(m, layer.out, placed.gated, wide, placed.x, wide, placed.x, wide);
    }
    relu(m * wide, placed.x, placed.y);
    multiply(m, mixed[0], placed.y, wide, placed.gated, wide);
    relu(m * wide, placed.gated, placed.gated);
    multiply(m, mixed[1], placed.gated, wide, placed.x, wide, placed.x, wide);
    relu(m * wide, placed.x, placed.x);
    multiply(m, toLogits, placed.x, wide, out, kinds);
  }

  return { computeBefore, computeAfter, head };
}
