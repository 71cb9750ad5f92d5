// The two stacks of masked convolutions, `before` and `after`, row by row.
//
// What flows is a matrix whose rows are (cell, grid), grids of one cell next to each other: the cells of a
// grid's row are one piece of memory, and a cell beside another lies N rows from it. So a masked convolution
// is a sum of products, one for each cell that it sees, each of the same matrix a few rows further up or
// down, without the cells that would see beyond the border. In the first layer, which sees codes, each of
// these products is a table with a row for each code.

import { range, runs } from "../range.js";
import { padded, ZEROS } from "../wasm_matmul.js";
import { placeRowMixing } from "./row_mixing.js";
import { channels, halves, NAMES } from "./weights.js";

/**
 * The neighbours that a masked convolution sees, as [row, column] relative to its own cell:
 * `VERTICAL_OFFSETS` and `horizontal_offsets` of pixelcnn.py.
 */
const pairs = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]));
const VERTICAL_OFFSETS = { A: pairs([-2, -1], [-1, 0, 1]), B: pairs([0], [-1, 0, 1]) };

function horizontalOffsets(first, grid, layers) {
  if (!first) return pairs([0], [-1, 0]);
  const left = Math.max(3, grid - layers);
  return Array.from({ length: left }, (_, i) => [0, i - left]);
}

/** A stack by its name in the file, its weights and room for what it computes. */
export function placeStack(weights, name, layers, features) {
  const { config, place, space, tensor, vector, linear, table, matrix, embedded } = weights;
  const { grid, cells, most, width } = weights.sizes;

  /**
   * A masked convolution: what it sees, and by what layer, or by what table where it sees codes. Its bias is
   * left out: see conditions().
   */
  function convolution(name, offsets, embedding) {
    const [plain, gates] = [channels(config.width), halves(config.width)];
    return offsets.map(([row, column], i) => {
      const from = plain.map((channel) => (channel < 0 ? -1 : i * config.width + channel));
      const layer = { ...linear(name, from, gates), bias: ZEROS };
      return { row, column, ...(embedding === null ? { layer } : { table: table(embedding, layer) }) };
    });
  }

  function gatedLayer(name, i, embedding) {
    const [plain, gates] = [channels(config.width), halves(config.width)];
    const part = (which) => `${name}.${NAMES.layer[which]}`;
    const rowsOf = (name, from) => matrix(tensor(name), gates, from);
    /** What the embeddings of place and label add to the gates of a stack, whose channels begin at `from`. */
    const conditionsOf = (from, ...biases) => {
      const places = rowsOf(part("place"), from);
      for (const layer of biases) {
        const bias = vector(tensor(`${part(layer)}.bias`).data, gates);
        for (let i = 0; i < places.length; i++) places[i] += bias[i % gates.length];
      }
      return { places: place(places), labels: place(rowsOf(`${part("label")}.weight`, from)) };
    };
    const conditions = {
      v: conditionsOf(0, "vertical"),
      h: conditionsOf(2 * config.width, "horizontal", "down"),
    };
    const skips = channels(features).map((channel) => (channel < 0 ? -1 : config.width + channel));
    return {
      conditions,
      vertical: convolution(
        part("vertical"),
        VERTICAL_OFFSETS[i === 0 ? "A" : "B"],
        i === 0 ? embedding : null,
      ),
      horizontal: convolution(
        part("horizontal"),
        horizontalOffsets(i === 0, grid, layers),
        i === 0 ? embedding : null,
      ),
      down: { ...linear(part("down"), plain, gates), bias: ZEROS },
      onward: linear(part("out"), plain, plain),
      skip: linear(part("out"), plain, skips),
      mixing: placeRowMixing(weights, part("above"), config.width, gates, i === 0 ? embedding : null),
      // What it is given, by both stacks (see at()), and what its horizontal gates are for the present row.
      ...(i > 0 ? { v: space(cells, most, width), h: space(cells, most, width) } : {}),
      gates: space(grid, most, 2 * width),
    };
  }

  const embedding = embedded(`${name}.${NAMES.stack.embedding}`, channels(config.width));
  const of = (i) => `${name}.${NAMES.stack.layers.replace("*", i)}`;
  return {
    layers: range(layers).map((i) => gatedLayer(of(i), i, embedding)),
    columns: padded(features),
    features: space(cells, most, padded(features)),
    codes: new Int32Array(cells * most), // (cell, grid)
    labels: new Int32Array(most),
    n: 0,
  };
}

/** Room for a row of all grids. */
export function placeRow({ space, sizes: { grid, most, width } }) {
  return {
    gates: space(grid, most, 2 * width),
    v: space(grid, most, width),
    gated: space(grid, most, width),
  };
}

/** What computes the stacks. */
export function stacks({ grid, numCodes, width }, kernel, { mixRows, enter, enterCodes }, row) {
  const { heap, multiply, gate, add, relu } = kernel;

  /** Where a cell of v or h of a layer is. */
  const at = (matrix, n, row, column) => matrix + (row * grid + column) * n * width;

  /** Begin with n grids: codes [grid][cell], labels [grid]. */
  function begin(stack, codes, labels) {
    const n = labels.length;
    stack.n = n;
    stack.labels.set(labels);
    codes.forEach((grid, k) =>
      grid.forEach((code, cell) => (stack.codes[cell * n + k] = code < 0 ? numCodes : code)),
    );
  }

  /** What place, label and biases add to the gates of a row. */
  function conditions({ n, labels: labelOf }, { places, labels }, row, out) {
    const neighbours = runs(labelOf, n); // grids of the same label: one call for all of them
    for (let column = 0; column < grid; column++) {
      const place = places + (row * grid + column) * 2 * width;
      for (const [k, next] of neighbours) {
        const [label, to] = [labels + labelOf[k] * 2 * width, out + (column * n + k) * 2 * width];
        add(next - k, 2 * width, place, 0, label, 0, to, 2 * width);
      }
    }
  }

  /** Add what a masked convolution of codes makes of some cells of a row. */
  function convolveCodes({ n, codes }, convolution, row, first, end, out) {
    for (const { row: down, column: right, table } of convolution) {
      if (row + down < 0) continue;
      for (let column = Math.max(first, -right); column < Math.min(end, grid - right); column++) {
        const seen = ((row + down) * grid + column + right) * n;
        for (const [k, next] of runs(codes.subarray(seen, seen + n), n)) {
          const [code, to] = [codes[seen + k], out + ((column - first) * n + k) * 2 * width];
          add(next - k, 2 * width, table + code * 2 * width, 0, to, 2 * width, to, 2 * width);
        }
      }
    }
  }

  /** Add what a masked convolution makes of some cells of a row. */
  function convolve(n, convolution, x, row, first, end, out) {
    for (const { column: right, layer } of convolution) {
      const [from, until] = [Math.max(first, -right), Math.min(end, grid - right)]; // it sees zeros elsewhere
      if (from >= until) continue;
      const [seen, to] = [at(x, n, row, from + right), out + (from - first) * n * 2 * width];
      multiply((until - from) * n, layer, seen, width, to, 2 * width, to, 2 * width);
    }
  }

  /** The vertical part of a layer for a row, and what that and the rows above add to its horizontal gates. */
  function vertical(stack, i, index) {
    const [{ n, layers }, layer, m] = [stack, stack.layers[i], stack.n * grid];
    conditions(stack, layer.conditions.v, index, row.gates);
    if (i === 0) convolveCodes(stack, layer.vertical, index, 0, grid, row.gates);
    else convolve(n, layer.vertical, layer.v, index, 0, grid, row.gates);
    const v = i + 1 < layers.length ? at(layers[i + 1].v, n, index, 0) : row.v;
    if (i === 0) gate(m, width, row.gates, 2 * width, v, width);
    else gate(m, width, row.gates, 2 * width, v, width, at(layer.v, n, index, 0), width);
    conditions(stack, layer.conditions.h, index, layer.gates);
    multiply(m, layer.down, v, width, layer.gates, 2 * width, layer.gates, 2 * width);
    mixRows(n, layer.mixing, index, layer.gates);
  }

  /** The horizontal part of a layer for some cells of a row, and what it adds to their features. */
  function along(stack, i, index, first, end) {
    const [{ n, layers, columns }, layer] = [stack, stack.layers[i]];
    const [m, gates] = [(end - first) * n, layer.gates + first * n * 2 * width];
    if (i === 0) convolveCodes(stack, layer.horizontal, index, first, end, gates);
    else convolve(n, layer.horizontal, layer.h, index, first, end, gates);
    gate(m, width, gates, 2 * width, row.gated, width);
    const features = stack.features + (index * grid + first) * n * columns;
    if (i === 0) multiply(m, layer.skip, row.gated, width, features, columns);
    else multiply(m, layer.skip, row.gated, width, features, columns, features, columns);
    if (i + 1 === layers.length) return relu(m * columns, features, features);
    const onward = at(layers[i + 1].h, n, index, first);
    if (i === 0) multiply(m, layer.onward, row.gated, width, onward, width);
    else multiply(m, layer.onward, row.gated, width, onward, width, at(layer.h, n, index, first), width);
  }

  /** Keep of a row what the rows below it will read of a layer. */
  function finish(stack, i, index) {
    const { n, layers } = stack;
    if (i === 0) enterCodes(stack, layers[i].mixing, index);
    else enter(n, layers[i].mixing, index, at(layers[i].h, n, index, 0), width);
  }

  /** The features of the first `rows` rows. Layer by layer, so that its weights stay at hand. */
  function* run(stack, rows) {
    for (let i = 0; i < stack.layers.length; i++) {
      for (let index = 0; index < rows; index++) {
        vertical(stack, i, index);
        along(stack, i, index, 0, grid);
        if (index + 1 < rows) finish(stack, i, index);
        yield;
      }
    }
  }

  return { begin, vertical, along, finish, run };
}
