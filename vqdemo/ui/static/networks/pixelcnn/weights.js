// The prior's file of weights -> arrays in the kernel's memory. Matrices have full columns, some of which
// belong to no channel (-1).

import { range } from "../range.js";
import { safetensors } from "../safetensors.js";
import { kernel, layout, padded, strips, ZEROS } from "../wasm_matmul.js";

// The tensors in the file, * for the number of a layer. What stands behind `stack` is of either stack, behind
// `layer` of each of its layers.
export const NAMES = {
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

const MOST = 32; // grids that are computed together at most, or one for each label

// ---- channels ----

export const channels = (n, from = 0) => [...range(n, from), ...Array(padded(n) - n).fill(-1)];
export const halves = (n) => [...channels(n), ...channels(n, n)]; // of what goes into a gate

/**
 * A safetensors file (ArrayBuffer) and `prior` of config.json -> the sizes of the network, and functions that
 * place its parts in the memory. start() ends that. They throw if a tensor is missing.
 */
export function weightsOf(file, config) {
  const tensors = safetensors(file);
  const { grid, num_codes: numCodes, num_labels: numLabels } = config;
  const sizes = {
    ...{ grid, numCodes, numLabels, cells: grid * grid },
    most: Math.max(MOST, numLabels + 1),
    width: padded(config.width), // columns of the stacks' matrices,
    wide: padded(config.head_width), // of the head's,
    kinds: padded(numCodes), // and of the logits
  };
  const { arrays, place } = layout();
  const whenPlaced = []; // what is left to compute once the program is there

  /** Zeros of a size. */
  const space = (...size) => place(new Float32Array(size.reduce((product, n) => product * n, 1)));

  function tensor(name) {
    if (!tensors.has(name)) throw new Error(`the file of weights is not a prior's: it has no ${name}`);
    return tensors.get(name);
  }

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
    whenPlaced.push((multiply) => multiply(numCodes + 1, layer, embedding, layer.k, rows, layer.n));
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

  /** All is placed -> the kernel's functions. */
  function start(simd) {
    const functions = kernel(arrays, simd);
    for (const compute of whenPlaced) compute(functions.multiply);
    return functions;
  }

  return { config, sizes, place, space, tensor, vector, linear, table, matrix, embedded, start };
}
