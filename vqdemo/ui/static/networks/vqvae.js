// The VQ-VAE in the browser: encoder, vector quantizer and decoder of vqdemo/vqvae.py once more, from the
// same file of weights. What that says of the method holds here. It runs in a worker (worker.js), and so uses
// nothing of the page.
//
// Activations are a matrix with a row for each cell and a column for each channel. A 1x1 convolution is the
// product of that and the layer's weights; for a 3x3 convolution each row holds the cell's whole 3x3
// neighbourhood (im2col).

/** @import { Tensors } from "./safetensors.js" */
/** @import { Grid, Image, Quantized } from "./types.js" */

import { kernel, padded, strips } from "./wasm_matmul.js";

/**
 * The network of these tensors. Throws where they are another network's.
 * @param {Tensors} tensors
 * @param {{grid: number, ink_threshold: number}} config of config.json
 */
export function vqvae(tensors, { grid, ink_threshold }) {
  const [rows, columns] = [grid, grid];
  const codebook = tensors.get("quantizer.codebook");
  const [numCodes, dimension] = codebook.shape;
  const patch = Math.sqrt(tensors.get("decoder.exit.weight").shape[0]); // pixels along each side of a cell
  const side = columns * patch;
  const inkThreshold = Math.fround(ink_threshold); // as the pixels, lest one at the threshold be above it
  const cells = rows * columns;

  // All matrices lie where the kernel can work on them: activations, and each layer's weights.
  const layers = new Map();
  for (const [name, weight] of tensors) {
    const layer = name.match(/^(.*)\.weight$/)?.[1];
    if (layer) layers.set(layer, convolution(weight, tensors.get(`${layer}.bias`)));
  }
  const width = layers.get("encoder.enter").n;
  const longest = Math.max(...[...layers.values()].map(({ k }) => k));
  const matrix = (columns) => new Float32Array(cells * columns);
  const activations = [
    matrix(padded(patch ** 2)),
    matrix(padded(dimension)),
    matrix(width),
    matrix(width),
    matrix(width),
    matrix(longest),
  ];
  const { copies, multiply, relu, simd } = kernel([
    ...activations,
    ...[...layers.values()].flatMap(({ weights, bias }) => [weights, bias]),
  ]);
  const [patches, vectors, stream, active, inner, neighbourhoods] = copies.splice(0, activations.length);
  for (const layer of layers.values()) [layer.weights, layer.bias] = copies.splice(0, 2);

  function convolve(name, x, out) {
    const { size, inputs, k, n, weights, bias } = layers.get(name);
    const layer = { w: at(weights), bias: at(bias), k, n };
    multiply(cells, layer, at(size === 1 ? x : gather(x, inputs)), k, at(out), n);
  }

  /** For each cell, its 3x3 neighbourhood in a row: zeros beyond the border. */
  function gather(x, inputs) {
    let to = 0;
    for (let cell = 0; cell < cells; cell++) {
      for (let neighbour = 0; neighbour < 9; neighbour++) {
        const row = Math.floor(cell / columns) + Math.floor(neighbour / 3) - 1;
        const column = (cell % columns) + (neighbour % 3) - 1;
        const inside = row >= 0 && row < rows && column >= 0 && column < columns;
        const from = (row * columns + column) * inputs;
        for (let i = 0; i < inputs; i++) neighbourhoods[to++] = inside ? x[from + i] : 0;
      }
    }
    return neighbourhoods;
  }

  /** One of the two halves, "encoder" or "decoder". */
  function run(half, input, output) {
    convolve(`${half}.enter`, input, stream);
    for (let block = 0; layers.has(`${half}.blocks.${block}.mix`); block++) {
      relu(stream.length, at(stream), at(active));
      convolve(`${half}.blocks.${block}.spatial`, active, inner);
      relu(inner.length, at(inner), at(inner));
      convolve(`${half}.blocks.${block}.mix`, inner, active);
      for (let i = 0; i < stream.length; i++) stream[i] += active[i];
    }
    relu(stream.length, at(stream), at(active));
    convolve(`${half}.exit`, active, output);
  }

  // Where a pixel of the image lies among the patches: a row for each cell, its pixels row by row.
  const places = Int32Array.from({ length: rows * patch * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const cell = Math.floor(y / patch) * columns + Math.floor(x / patch);
    return cell * padded(patch ** 2) + (y % patch) * patch + (x % patch);
  });
  const squaredNorms = Array.from({ length: numCodes }, (_, code) =>
    entries(code).reduce((sum, e) => sum + e * e, 0),
  );

  function entries(code) {
    return codebook.data.subarray(code * dimension, (code + 1) * dimension);
  }

  /** Whether no pixel of a cell's patch is above the threshold. */
  function isBlank(cell) {
    const first = cell * padded(patch ** 2);
    return patches.subarray(first, first + patch ** 2).every((ink) => ink <= inkThreshold);
  }

  /** Of the codes for patches with ink. |z - e|² = |z|² - 2 z.e + |e|², and |z|² is the same for every code. */
  function nearest(cell) {
    let [code, least] = [BLANK, Infinity];
    for (let candidate = BLANK + 1; candidate < numCodes; candidate++) {
      let dot = 0;
      for (let i = 0; i < dimension; i++)
        dot += vectors[cell * padded(dimension) + i] * codebook.data[candidate * dimension + i];
      const distance = squaredNorms[candidate] - 2 * dot;
      if (distance < least) [code, least] = [candidate, distance];
    }
    return code;
  }

  /** @param {Image} image */
  function readImage(image) {
    for (let i = 0; i < image.length; i++) patches[places[i]] = image[i] / 255;
    run("encoder", patches, vectors);
  }

  /** @returns {Grid} */
  const nearestCodes = () =>
    Array.from({ length: cells }, (_, cell) => (isBlank(cell) ? BLANK : nearest(cell)));

  /** What the encoder gave for each cell, row by row. */
  const outputs = () =>
    Float32Array.from(
      { length: cells * dimension },
      (_, i) => vectors[Math.floor(i / dimension) * padded(dimension) + (i % dimension)],
    );

  /** What the decoder makes of `vectors`; cells of the blank code stay empty. @param {Grid} codes */
  function draw(codes) {
    run("decoder", vectors, patches);
    codes.forEach((code, cell) => {
      if (code === BLANK) patches.fill(0, cell * padded(patch ** 2), (cell + 1) * padded(patch ** 2));
    });
    const image = new Uint8ClampedArray(places.length); // rounds as well
    for (let i = 0; i < image.length; i++) image[i] = 255 * patches[places[i]];
    return new Uint8Array(image.buffer);
  }

  return {
    simd, // whether it runs on SIMD, or slower
    codebook: codebook.data, // row by row, a vector for each code

    /** @param {Image} image @returns {Grid} */
    encode(image) {
      readImage(image);
      return nearestCodes();
    },

    /** @param {Image} image @returns {Quantized} */
    quantize(image) {
      readImage(image);
      return { vectors: outputs(), codes: nearestCodes() };
    },

    /**
     * Pixel after pixel is inverted: how far that moves what the encoder gives for each cell, in Euclidean
     * distance. Yields after each pixel; returns a row for each pixel, a column for each cell.
     * @param {Image} image
     * @param {number[]} pixels
     */
    *sensitivity(image, pixels) {
      readImage(image);
      const before = outputs();
      const moves = new Float32Array(pixels.length * cells);
      for (const [row, pixel] of pixels.entries()) {
        readImage(image.with(pixel, 255 - image[pixel]));
        const after = outputs();
        after.forEach((value, i) => {
          moves[row * cells + Math.floor(i / dimension)] += (value - before[i]) ** 2;
        });
        yield;
      }
      return moves.map(Math.sqrt);
    },

    /** @param {Grid} codes @returns {Image} */
    decode(codes) {
      codes.forEach((code, cell) => vectors.set(entries(code), cell * padded(dimension)));
      return draw(codes);
    },

    /** An image redrawn from the encoder's outputs as they are, zeros for blank cells. @returns {Image} */
    redrawUnquantized(image) {
      const codes = this.encode(image); // of these only the blank one counts
      codes.forEach((code, cell) => {
        if (code === BLANK) vectors.fill(0, cell * padded(dimension), (cell + 1) * padded(dimension));
      });
      return draw(codes);
    },
  };
}

const BLANK = 0; // the code of a cell without ink

/** Where an array lies in the kernel's memory. */
const at = (array) => array.byteOffset / 4;

/**
 * Weight (outputs, channels, size, size) and bias -> a layer whose weights are a matrix of k rows, one for
 * each channel of each neighbour, and n columns.
 */
function convolution({ shape, data }, bias) {
  const [outputs, channels, size] = shape;
  const [inputs, n] = [padded(channels), padded(outputs)];
  const k = size ** 2 * inputs;
  const weight = (i, output) => {
    const [neighbour, channel] = [Math.floor(i / inputs), i % inputs];
    return channel < channels && output < outputs
      ? data[(output * channels + channel) * size ** 2 + neighbour]
      : 0;
  };
  const paddedBias = new Float32Array(n);
  paddedBias.set(bias.data);
  return { size, inputs, k, n, weights: strips(weight, k, n), bias: paddedBias };
}
