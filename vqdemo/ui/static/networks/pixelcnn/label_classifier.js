// The classifier of what is known: a small convolutional network that guesses the label from the known codes.

import { range } from "../range.js";
import { padded, ZEROS } from "../wasm_matmul.js";
import { channels, NAMES } from "./weights.js";

/** Its weights and room for what it computes. */
export function placeClassifier(weights) {
  const { place, space, tensor, vector, linear, table, embedded } = weights;
  const { grid, cells, numLabels } = weights.sizes;
  const { embedding, convolutions, linear: names } = NAMES.classifier;
  const given = tensor(`${embedding}.weight`).shape[1];
  const embeddings = embedded(embedding, channels(given));
  const sizes = [given, ...convolutions.map((name) => tensor(`${name}.weight`).shape[0])];
  const nears = range(9); // the cells around a cell, and itself
  const last = channels(sizes[2]);
  const hidden = tensor(`${names[0]}.weight`).shape[0];
  return {
    columns: sizes.slice(1).map((size) => padded(size)),
    tables: nears.map((near) => {
      const from = channels(given).map((channel) => (channel < 0 ? -1 : channel * 9 + near));
      return table(embeddings, { ...linear(convolutions[0], from, channels(sizes[1])), bias: ZEROS });
    }),
    bias: place(vector(tensor(`${convolutions[0]}.bias`).data, channels(sizes[1]))),
    rows: range(3).map((r) => {
      // three cells beside each other
      const from = range(3).flatMap((c) =>
        channels(sizes[1]).map((channel) => (channel < 0 ? -1 : channel * 9 + 3 * r + c)),
      );
      const layer = linear(convolutions[1], from, last);
      return r === 0 ? layer : { ...layer, bias: ZEROS };
    }),
    linear: [
      linear(
        names[0],
        range(cells).flatMap((cell) => last.map((channel) => (channel < 0 ? -1 : channel * cells + cell))),
        channels(hidden),
      ),
      linear(names[1], channels(hidden), channels(numLabels)),
    ],
    // Grids with a border of zeros, and what is made of them, of each cell but one in turn, and last of
    // all.
    first: space(grid + 2, grid + 2, padded(sizes[1])),
    second: space(cells + 1, cells, last.length),
    hidden: space(cells + 1, padded(hidden)),
    logits: space(cells + 1, padded(numLabels)),
  };
}

/** What computes it. */
export function labelClassifier({ grid, cells, numCodes, numLabels }, kernel, classifier) {
  const { heap, multiply, add, relu } = kernel;

  /**
   * The first layer of the classifier for the cells around some cell, -1 for all. codes [cell], in raster
   * order.
   */
  function look(codes, around) {
    const { tables, bias, columns: [n], first } = classifier; // prettier-ignore
    forCells(around, 1, (row, column) => {
      const to = first + ((row + 1) * (grid + 2) + column + 1) * n;
      heap.copyWithin(to, bias, bias + n);
      for (let near = 0; near < 9; near++) {
        const [r, c] = [row + Math.floor(near / 3) - 1, column + (near % 3) - 1];
        if (r < 0 || r >= grid || c < 0 || c >= grid) continue;
        const code = codes[r * grid + c];
        add(1, n, tables[near] + (code < 0 ? numCodes : code) * n, 0, to, 0, to, 0);
      }
      relu(n, to, to);
    });
  }

  /** The same of its second layer, into a row of `second`. */
  function lookAgain(around, into) {
    const { rows, columns: [k, n], first, second } = classifier; // prettier-ignore
    const [top, bottom, left, right] = near(around, 2);
    for (let row = top; row < bottom; row++) {
      const to = second + (into * cells + row * grid + left) * n;
      rows.forEach((layer, r) => {
        const from = first + ((row + r) * (grid + 2) + left) * k;
        if (r === 0) multiply(right - left, layer, from, k, to, n);
        else multiply(right - left, layer, from, k, to, n, to, n);
      });
      relu((right - left) * n, to, to);
    }
  }

  /** The rows and columns that are at most so far from a cell; all for -1. */
  function near(cell, distance) {
    if (cell < 0) return [0, grid, 0, grid];
    const [row, column] = [Math.floor(cell / grid), cell % grid];
    const bounds = (middle) => [Math.max(0, middle - distance), Math.min(grid, middle + distance + 1)];
    return [...bounds(row), ...bounds(column)];
  }

  function forCells(around, distance, visit) {
    const [top, bottom, left, right] = near(around, distance);
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) visit(row, column);
  }

  /**
   * The classifier's logits of the labels: codes [cell], in raster order, -1 where unknown -> arrays
   * [numLabels]. With eachLeftOut also without each cell in turn, [cell]; only what is near that cell is
   * computed once more.
   */
  function classify(codes, eachLeftOut = false) {
    const { columns: [, n], second, linear, hidden, logits } = classifier; // prettier-ignore
    const [size, variants] = [cells * n, eachLeftOut ? cells : 0];
    look(codes, -1);
    lookAgain(-1, cells);
    const whole = second + cells * size;
    for (let cell = 0; cell < variants; cell++) {
      heap.copyWithin(second + cell * size, whole, whole + size);
      if (codes[cell] < 0) continue;
      const without = Int32Array.from(codes);
      without[cell] = -1;
      look(without, cell);
      lookAgain(cell, cell);
      look(codes, cell);
    }
    const [from, rows] = eachLeftOut ? [0, cells + 1] : [cells, 1];
    multiply(rows, linear[0], second + from * size, size, hidden, linear[0].n);
    relu(rows * linear[0].n, hidden, hidden);
    multiply(rows, linear[1], hidden, linear[0].n, logits, linear[1].n);
    const of = (row) =>
      Array.from(heap.subarray(logits + row * linear[1].n, logits + row * linear[1].n + numLabels));
    return { whole: of(rows - 1), without: range(variants).map(of) };
  }

  return classify;
}
