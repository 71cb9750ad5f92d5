// The prior in the browser: the networks of vqdemo/pixelcnn.py once more, from the same file of weights. What
// that says of the method holds here. It runs in a worker, and so uses nothing of the page.
//
// N grids are computed together, row by row. What flows is a matrix whose rows are (cell, grid), grids of one
// cell next to each other: the cells of a grid's row are one piece of memory, and a cell beside another lies
// N rows from it. So a masked convolution is a sum of products, one for each cell that it sees, each of the
// same matrix a few rows further up or down. What is beyond the border is zeros that stand there. In the
// first layer, which sees codes, each of these products is a table with a row for each code.
//
// Codes come and go in the generation order (see inOrder), cell after cell; MASK is the number of codes.
//
// Everything that takes long is a generator, which stops now and then for its caller to see whether it is
// still wanted.

import { safetensors } from "./safetensors.js";
import { kernel, layout, padded, strips, ZEROS } from "./wasm_matmul.js";

// The tensors in the file, * for the number of a layer. What stands behind `stack` is of either stack, behind
// `layer` of each of its layers.
const NAMES = {
  stack: { before: "before", after: "after", embedding: "embedding", layers: "layers.*" },
  layer: {
    vertical: "vertical",
    horizontal: "horizontal",
    down: "down",
    out: "out",
    above: "row_mixing",
    label: "label_embedding",
    place: "position_embedding",
  },
  mixing: { weight: "weight", enter: "value", leave: "out" },
  fusionLayers: "head.fusion_layers.*",
  fusionLayer: {
    previous: "from_previous",
    before: "from_before",
    above: "mixing_before",
    after: "from_after",
    below: "mixing_after",
    out: "out",
  },
  head: { mix: ["head.mix.1", "head.mix.3"], logits: "head.logits" },
  classifier: {
    embedding: "label_classifier.embedding",
    convolutions: ["label_classifier.trunk.0", "label_classifier.trunk.2"],
    linear: ["label_classifier.trunk.6", "label_classifier.trunk.9"],
  },
};

// The weight of log p(known cells | label) relative to the label classifier's log probability.
const EVIDENCE_WEIGHT = 0.5;
const MOST = 32; // grids that are computed together at most, or one for each label

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

// ---- channels: matrices have full columns, some of which belong to no channel (-1) ----

const range = (n, from = 0) => Array.from({ length: n }, (_, i) => from + i);
const channels = (n, from = 0) => [...range(n, from), ...Array(padded(n) - n).fill(-1)];
const halves = (n) => [...channels(n), ...channels(n, n)]; // of what goes into a gate

/**
 * The order of channels in which mix() can use one weight for each of four: groups side by side, four at a
 * time.
 */
function interleaved(n, groups) {
  const each = n / groups;
  return range(Math.ceil(groups / 4)).flatMap((four) =>
    range(padded(each, 2)).flatMap((channel) =>
      range(4).map((i) => (4 * four + i < groups && channel < each ? (4 * four + i) * each + channel : -1)),
    ),
  );
}

/**
 * A safetensors file (ArrayBuffer) and `prior` of config.json -> the network. Throws if a tensor is missing.
 */
export function pixelcnn(file, config, { simd = true } = {}) {
  const tensors = safetensors(file);
  const { grid, num_codes: numCodes, num_labels: numLabels, groups } = config;
  const cells = grid * grid;
  const most = Math.max(MOST, numLabels + 1);
  // Columns of the matrices: of the stacks, of the head, of the logits.
  const [width, wide, kinds] = [padded(config.width), padded(config.head_width), padded(numCodes)];
  const { arrays, place } = layout();
  const whenPlaced = []; // what is left to compute once the program is there

  const space = (...size) => place(new Float32Array(size.reduce((product, n) => product * n, 1)));

  function tensor(name) {
    if (!tensors.has(name)) throw new Error(`the file of weights is not a prior's: it has no ${name}`);
    return tensors.get(name);
  }

  // ---- weights ----

  /** A vector, of the channels `to`. */
  function vector(data, to, from = 0) {
    const result = new Float32Array(to.length);
    for (let i = 0; i < to.length; i++) if (to[i] >= 0) result[i] = data[from + to[i]];
    return result;
  }

  /** The linear layer of a name, from channels to channels. */
  function linear(name, from, to) {
    const { data, shape } = tensor(`${name}.weight`);
    const inputs = data.length / shape[0];
    const w = (i, column) => (from[i] < 0 || to[column] < 0 ? 0 : data[to[column] * inputs + from[i]]);
    const bias = tensors.has(`${name}.bias`) ? place(vector(tensor(`${name}.bias`).data, to)) : ZEROS;
    return { w: place(strips(w, from.length, to.length)), bias, k: from.length, n: to.length };
  }

  /** A row for each code (and MASK): what the linear layer of a name makes of its embedding -> where. */
  function table(embedding, layer) {
    const rows = space(numCodes + 1, layer.n);
    whenPlaced.push(() => multiply(numCodes + 1, layer, embedding, layer.k, rows, layer.n));
    return rows;
  }

  /** A row for each row of a tensor, which may have more dimensions, of its channels `to`. */
  function matrix({ data, shape }, to, from = 0) {
    const [size, rows] = [shape.at(-1), data.length / shape.at(-1)];
    const result = new Float32Array(rows * to.length);
    for (let row = 0; row < rows; row++) result.set(vector(data, to, row * size + from), row * to.length);
    return result;
  }

  /** The embedding of each code, and of MASK -> where. */
  const embedded = (name, to) => place(matrix(tensor(`${name}.weight`), to));

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

  /** `CausalRowMixing` of n channels, for `most` grids. With an embedding it reads codes. */
  function rowMixing(name, n, to, embedding = null) {
    const order = interleaved(n, groups);
    const { data } = tensor(`${name}.${NAMES.mixing.weight}`);
    const [fours, all] = [Math.ceil(groups / 4), cells * cells];
    const weight = new Float32Array(fours * all * 4); // [four][to][from], a weight for each of four groups
    for (let group = 0; group < groups; group++) {
      const first = Math.floor(group / 4) * all * 4 + (group % 4);
      for (let pair = 0; pair < all; pair++) weight[first + 4 * pair] = data[group * all + pair];
    }
    const enter = linear(`${name}.${NAMES.mixing.enter}`, channels(n), order);
    return {
      ...{ fours, weight: place(weight), columns: order.length, enter },
      table: embedding === null ? null : table(embedding, enter),
      leave: linear(`${name}.${NAMES.mixing.leave}`, order, to),
      values: space(cells, most, order.length),
    };
  }

  function gatedLayer(name, i, layers, features, embedding) {
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
      mixing: rowMixing(part("above"), config.width, gates, i === 0 ? embedding : null),
      // What it is given, by both stacks (see at()), and what its horizontal gates are for the present row.
      ...(i > 0 ? { v: space(grid, grid + 2, most, width), h: space(grid, grid + 2, most, width) } : {}),
      gates: space(grid, most, 2 * width),
    };
  }

  function stackOf(name, layers, features) {
    const embedding = embedded(`${name}.${NAMES.stack.embedding}`, channels(config.width));
    const of = (i) => `${name}.${NAMES.stack.layers.replace("*", i)}`;
    return {
      layers: range(layers).map((i) => gatedLayer(of(i), i, layers, features, embedding)),
      columns: padded(features),
      features: space(cells, most, padded(features)),
      codes: new Int32Array(cells * most), // (cell, grid)
      labels: new Int32Array(most),
      n: 0,
    };
  }

  function fusionLayer(i) {
    const part = (which) => `${NAMES.fusionLayers.replace("*", i)}.${NAMES.fusionLayer[which]}`;
    const [plain, gates] = [channels(config.head_width), halves(config.head_width)];
    return {
      previous: i > 0 ? linear(part("previous"), plain, gates) : null,
      before: linear(part("before"), channels(config.width), gates),
      above: rowMixing(part("above"), config.width, gates),
      after: linear(part("after"), channels(config.after_features), gates),
      below: rowMixing(part("below"), config.after_features, gates),
      out: linear(part("out"), plain, plain),
      // What is added to the gates, of (cell, grid):
      contextBefore: space(cells, most, 2 * wide), // by all cells before each cell
      contextAfter: space(cells, most, 2 * wide), // by the known cells after it
      emptyContext: space(cells, numLabels + 1, 2 * wide), // that of an empty grid, by label
    };
  }

  const before = stackOf(NAMES.stack.before, config.layers, config.width);
  const after = stackOf(NAMES.stack.after, config.after_layers, config.after_features);
  const fusionLayers = range(config.fusion_layers).map(fusionLayer);
  const plain = channels(config.head_width);
  const mixed = NAMES.head.mix.map((name) => linear(name, plain, plain));
  const toLogits = linear(NAMES.head.logits, plain, channels(numCodes));

  // ---- what is in between, of one row of all grids ----

  const row = {
    gates: space(grid, most, 2 * width),
    v: space(grid, most, width),
    gated: space(grid, most, width),
    mixed: space(grid, most, Math.max(before.layers[0].mixing.columns, fusionLayers[0].below.columns)),
  };
  const inHead = {
    gates: space(grid, most, 2 * wide),
    gated: space(grid, most, wide),
    x: space(grid, most, wide),
    y: space(grid, most, wide),
  };
  const logits = space(cells, most, kinds);
  const classifier = classifierOf();
  const { heap, simd: isSimd, multiply, mix, gate, add } = kernel(arrays, simd);
  for (const compute of whenPlaced) compute();

  /** Where a cell of v or h of a layer is; columns from -1 to `grid`, both of which are zeros. */
  const at = (matrix, n, row, column) => matrix + (row * (grid + 2) + column + 1) * n * width;

  // ---- stacks ----

  /** Begin with n grids: codes [grid][cell], labels [grid]. */
  function begin(stack, codes, labels) {
    const n = labels.length;
    stack.n = n;
    stack.labels.set(labels);
    codes.forEach((grid, k) =>
      grid.forEach((code, cell) => (stack.codes[cell * n + k] = code < 0 ? numCodes : code)),
    );
    clearBorder(stack, 0);
  }

  /** Zeros beside the rows from some row on. */
  function clearBorder({ n, layers }, from) {
    for (const { v, h } of layers.slice(1)) {
      for (const matrix of [v, h]) {
        for (let row = from; row < grid; row++) {
          heap.fill(0, at(matrix, n, row, -1), at(matrix, n, row, 0));
          heap.fill(0, at(matrix, n, row, grid), at(matrix, n, row, grid + 1));
        }
      }
    }
  }

  /** What place, label and biases add to the gates of a row. */
  function conditions({ n, labels: its }, { places, labels }, row, out) {
    for (let column = 0; column < grid; column++) {
      const place = places + (row * grid + column) * 2 * width;
      for (let k = 0; k < n; k++)
        add(1, 2 * width, place, 0, labels + its[k] * 2 * width, 0, out + (column * n + k) * 2 * width, 0);
    }
  }

  /** Add what a masked convolution of codes makes of some cells of a row. */
  function convolveCodes({ n, codes }, convolution, row, first, end, out) {
    for (const { row: down, column: right, table } of convolution) {
      if (row + down < 0) continue;
      for (let column = Math.max(first, -right); column < Math.min(end, grid - right); column++) {
        const [seen, to] = [
          ((row + down) * grid + column + right) * n,
          out + (column - first) * n * 2 * width,
        ];
        for (let k = 0; k < n; k++) {
          add(
            1,
            2 * width,
            table + codes[seen + k] * 2 * width,
            0,
            to + k * 2 * width,
            0,
            to + k * 2 * width,
            0,
          );
        }
      }
    }
  }

  /** Add what a masked convolution makes of some cells of a row. */
  function convolve(n, convolution, x, row, first, end, out) {
    for (const { row: down, column: right, layer } of convolution) {
      const seen = at(x, n, row + down, first + right);
      multiply((end - first) * n, layer, seen, width, out, 2 * width, out, 2 * width);
    }
  }

  /** Add the row mixing of the rows above a row. */
  function mixRows(n, { fours, weight, columns, leave, values }, index, out) {
    if (index === 0) return;
    const [share, to] = [columns / fours, index * grid];
    for (let four = 0; four < fours; four++) {
      const w = weight + (four * cells + to) * cells * 4;
      for (let k = 0; k < n; k++) {
        const from = k * columns + four * share;
        mix(grid, to, share, w, cells * 4, values + from, n * columns, row.mixed + from, n * columns);
      }
    }
    multiply(grid * n, leave, row.mixed, columns, out, leave.n, out, leave.n);
  }

  /** Keep what the rows below will read of a row: x is its matrix, of `step` columns. */
  function enter(n, { enter, columns, values }, index, x, step) {
    multiply(grid * n, enter, x, step, values + index * grid * n * columns, columns);
  }

  function enterCodes({ n, codes }, { table, columns, values }, index) {
    for (let i = index * grid * n; i < (index + 1) * grid * n; i++) {
      const from = table + codes[i] * columns;
      heap.copyWithin(values + i * columns, from, from + columns);
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
    if (i + 1 === layers.length) return relu(features, features, m * columns);
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

  function relu(x, out, length) {
    for (let i = 0; i < length; i++) heap[out + i] = heap[x + i] > 0 ? heap[x + i] : 0;
  }

  // ---- head ----

  /** The contexts of the stack `before`, of the first `rows` rows. */
  function* computeBefore(rows) {
    const { n, features } = before;
    for (const { before: layer, above, contextBefore } of fusionLayers) {
      for (let index = 0; index < rows; index++) {
        const [its, out] = [features + index * grid * n * width, contextBefore + index * grid * n * 2 * wide];
        multiply(grid * n, layer, its, width, out, 2 * wide);
        mixRows(n, above, index, out);
        if (index + 1 < rows) enter(n, above, index, its, width);
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
        const its = features + index * grid * n * columns;
        multiply(grid * n, layer.after, its, columns, inHead.gates, 2 * wide);
        mixRows(n, layer.below, index, inHead.gates);
        if (index + 1 < grid) enter(n, layer.below, index, its, columns);
        for (let column = 0; column < grid; column++) {
          const [from, cell] = [inHead.gates + column * n * 2 * wide, cells - 1 - index * grid - column];
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
    for (let i = 0; i < fusionLayers.length; i++) {
      const layer = fusionLayers[i];
      for (let column = first; column < end; column++) {
        const cell = index * grid + column;
        for (let k = 0; k < n; k++) {
          const from = layer.contextBefore + (cell * n + k) * 2 * wide;
          const its = layer[where] + (cell * kept + which[k]) * 2 * wide;
          add(1, 2 * wide, from, 0, its, 0, inHead.gates + ((column - first) * n + k) * 2 * wide, 0);
        }
      }
      if (i > 0) multiply(m, layer.previous, inHead.x, wide, inHead.gates, 2 * wide, inHead.gates, 2 * wide);
      gate(m, wide, inHead.gates, 2 * wide, inHead.gated, wide);
      if (i === 0) multiply(m, layer.out, inHead.gated, wide, inHead.x, wide);
      else multiply(m, layer.out, inHead.gated, wide, inHead.x, wide, inHead.x, wide);
    }
    relu(inHead.x, inHead.y, m * wide);
    multiply(m, mixed[0], inHead.y, wide, inHead.gated, wide);
    relu(inHead.gated, inHead.gated, m * wide);
    multiply(m, mixed[1], inHead.gated, wide, inHead.x, wide, inHead.x, wide);
    relu(inHead.x, inHead.x, m * wide);
    multiply(m, toLogits, inHead.x, wide, out, kinds);
  }

  // ---- in one pass ----

  /**
   * The stack `before` and its part of the head, for codes [grid][cell] and labels [grid], as far as
   * wanted(cell) is true.
   */
  function* passBefore(codes, labels, wanted) {
    const rows = 1 + Math.floor(range(cells).findLast(wanted) / grid);
    begin(before, codes, labels);
    yield* run(before, rows);
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

  // ---- the classifier of what is known ----

  function classifierOf() {
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
      relu(to, to, n);
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
      relu(to, to, (right - left) * n);
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
    relu(hidden, hidden, rows * linear[0].n);
    multiply(rows, linear[1], hidden, linear[0].n, logits, linear[1].n);
    const of = (row) =>
      Array.from(heap.subarray(logits + row * linear[1].n, logits + row * linear[1].n + numLabels));
    return { whole: of(rows - 1), without: range(variants).map(of) };
  }

  // ---- for the sampler: a row at a time, and of that a cell ----

  let row_, done, kept; // the present row, how many of its cells have been computed, the context after

  /** Begin with codes [grid][cell], labels [grid] and what is known after each of them. */
  function start(codes, labels, known) {
    begin(before, codes, labels);
    kept = known;
  }

  function startRow(index) {
    [row_, done] = [index, 0];
    for (let i = 0; i < before.layers.length; i++) vertical(before, i, index);
    const { n } = before;
    for (const { above, contextBefore } of fusionLayers) {
      const out = contextBefore + index * grid * n * 2 * wide;
      heap.fill(0, out, out + grid * n * 2 * wide);
      mixRows(n, above, index, out);
    }
  }

  /** The horizontal part of the cells up to `end`, those that are left to do. */
  function computeUntil(end) {
    if (done >= end) return;
    for (let i = 0; i < before.layers.length; i++) along(before, i, row_, done, end);
    done = end;
  }

  /** The logits of a cell of the row, all to the left of which have their codes -> where, [grid][kinds]. */
  function logitsOf(column) {
    computeUntil(column + 1);
    const { n, features } = before;
    const cell = row_ * grid + column;
    for (const { before: layer, contextBefore } of fusionLayers) {
      const out = contextBefore + cell * n * 2 * wide;
      multiply(n, layer, features + cell * n * width, width, out, 2 * wide, out, 2 * wide);
    }
    head(row_, column, column + 1, kept, logits);
    return logits;
  }

  function write(column, codes) {
    before.codes.set(codes, (row_ * grid + column) * before.n);
  }

  function finishRow() {
    computeUntil(grid);
    const { n, features } = before;
    for (let i = 0; i < before.layers.length; i++) finish(before, i, row_);
    for (const { above } of fusionLayers) enter(n, above, row_, features + row_ * grid * n * width, width);
  }

  /** Go on with these grids, [grid], some perhaps more than once. They must be at least as many as before. */
  function select(grids) {
    const [n, m, cell] = [before.n, grids.length, row_ * grid];
    /** What of a matrix, `size` columns for each grid of a cell, is still to be read: from cell to cell. */
    const spread = (matrix, size, from, to) => {
      for (let i = to - 1; i >= from; i--) {
        const old = heap.slice(matrix + i * n * size, matrix + (i + 1) * n * size);
        grids.forEach((k, j) =>
          heap.set(old.subarray(k * size, (k + 1) * size), matrix + (i * m + j) * size),
        );
      }
    };
    const first = row_ * (grid + 2);
    for (const { v, h, gates, mixing } of before.layers) {
      if (v !== undefined) spread(h, width, first, first + grid + 2);
      spread(gates, 2 * width, 0, grid);
      spread(mixing.values, mixing.columns, 0, cell);
    }
    for (const { above, contextBefore } of fusionLayers) {
      spread(contextBefore, 2 * wide, cell, cell + grid);
      spread(above.values, above.columns, 0, cell);
    }
    spread(before.features, width, cell, cell + grid);
    const { codes, labels } = before;
    for (let i = cells - 1; i >= 0; i--) {
      const old = codes.slice(i * n, (i + 1) * n);
      grids.forEach((k, j) => (codes[i * m + j] = old[k]));
    }
    labels.set(grids.map((k) => labels[k]));
    before.n = m;
    clearBorder(before, row_ + 1);
    kept = { ...kept, which: grids.map((k) => kept.which[k]) };
  }

  /**
   * Grids [cell] so turned that raster order is the generation order; turned once more they are as before.
   */
  const inOrder = (values) => (config.backward ? [...values].reverse() : [...values]);

  const network = {
    ...{ config, cells, most, heap, kinds, simd: isSimd, inOrder, logP },
    ...{ computeAfter, passBefore, passHead, evidence, classify },
    ...{ start, startRow, logitsOf, write, finishRow, select },
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

/** log(sum of e^x) of some numbers of an array. */
export function logSumExp(array, from = 0, length = array.length) {
  let most = -Infinity;
  for (let i = from; i < from + length; i++) if (array[i] > most) most = array[i];
  if (most === -Infinity) return most;
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += Math.exp(array[i] - most);
  return most + Math.log(sum);
}

/** log p(label | known cells) from the classifier's logits and log p(known cells | label), both by label. */
export function labelPosterior(classified, evidence) {
  const offset = logSumExp(classified);
  return logSoftmax(classified.map((logit, label) => logit - offset + EVIDENCE_WEIGHT * evidence[label]));
}

export function logSoftmax(values) {
  const sum = logSumExp(values);
  return Array.from(values, (value) => value - sum);
}
