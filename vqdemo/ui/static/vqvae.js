// The VQ-VAE in the browser: encoder, nearest code and decoder of vqdemo/vqvae.py once more, from the same file of weights. What that
// says of the method holds here. It runs in a worker (see near.js), and so uses nothing of the page.
//
// What flows through is a matrix with a row for each cell and a column for each channel. A 1x1 convolution is a product of that with
// the layer's weights, and a 3x3 convolution is one of all cells' neighbourhoods, side by side in each row.

import { full, kernel, strips } from "./networks/wasm_matmul.js";
import { safetensors } from "./networks/safetensors.js";

/** A safetensors file (ArrayBuffer) and the grid's [rows, columns] -> {encode, decode}. Throws if it is not what is expected. */
export function vqvae(file, [rows, columns]) {
  const tensors = safetensors(file);
  const codebook = tensors.get("quantizer.codebook");
  const [numCodes, dimension] = codebook.shape;
  const patch = Math.sqrt(tensors.get("decoder.exit.weight").shape[0]); // pixels along each side of a cell
  const side = columns * patch;
  const cells = rows * columns;

  // All matrices lie where the kernel can work on them: what flows, and each layer's weights.
  const layers = new Map();
  for (const [name, weight] of tensors) {
    const layer = name.match(/^(.*)\.weight$/)?.[1];
    if (layer) layers.set(layer, convolution(weight, tensors.get(`${layer}.bias`)));
  }
  const width = layers.get("encoder.enter").n;
  const longest = Math.max(...[...layers.values()].map(({ k }) => k));
  const matrix = (columns) => new Float32Array(cells * columns);
  const flow = [matrix(full(patch ** 2)), matrix(full(dimension)), matrix(width), matrix(width), matrix(width), matrix(longest)];
  const { copies, multiply } = kernel([...flow, ...[...layers.values()].flatMap(({ weights, bias }) => [weights, bias])]);
  const [patches, vectors, stream, active, inner, neighbourhoods] = copies.splice(0, flow.length);
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
      for (let near = 0; near < 9; near++) {
        const row = Math.floor(cell / columns) + Math.floor(near / 3) - 1;
        const column = (cell % columns) + (near % 3) - 1;
        const inside = row >= 0 && row < rows && column >= 0 && column < columns;
        const from = (row * columns + column) * inputs;
        for (let i = 0; i < inputs; i++) neighbourhoods[to++] = inside ? x[from + i] : 0;
      }
    }
    return neighbourhoods;
  }

  function relu(x, out) {
    for (let i = 0; i < x.length; i++) out[i] = x[i] > 0 ? x[i] : 0;
  }

  /** One of the two halves, "encoder" or "decoder". */
  function run(half, input, output) {
    convolve(`${half}.enter`, input, stream);
    for (let block = 0; layers.has(`${half}.blocks.${block}.mix`); block++) {
      relu(stream, active);
      convolve(`${half}.blocks.${block}.spatial`, active, inner);
      relu(inner, inner);
      convolve(`${half}.blocks.${block}.mix`, inner, active);
      for (let i = 0; i < stream.length; i++) stream[i] += active[i];
    }
    relu(stream, active);
    convolve(`${half}.exit`, active, output);
  }

  // Where a pixel of the image lies among the patches: a row for each cell, its pixels row by row.
  const places = Int32Array.from({ length: rows * patch * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const cell = Math.floor(y / patch) * columns + Math.floor(x / patch);
    return cell * full(patch ** 2) + (y % patch) * patch + (x % patch);
  });
  const lengths = Array.from({ length: numCodes }, (_, code) => entries(code).reduce((sum, e) => sum + e * e, 0));

  function entries(code) {
    return codebook.data.subarray(code * dimension, (code + 1) * dimension);
  }

  /** |z - e|² = |z|² - 2 z.e + |e|², and |z|² is the same for every code. */
  function nearest(cell) {
    let [code, least] = [0, Infinity];
    for (let one = 0; one < numCodes; one++) {
      let dot = 0;
      for (let i = 0; i < dimension; i++) dot += vectors[cell * full(dimension) + i] * codebook.data[one * dimension + i];
      const distance = lengths[one] - 2 * dot;
      if (distance < least) [code, least] = [one, distance];
    }
    return code;
  }

  return {
    /** Image, ink from 0 to 255 -> codes, row by row. */
    encode(image) {
      for (let i = 0; i < image.length; i++) patches[places[i]] = image[i] / 255;
      run("encoder", patches, vectors);
      return Array.from({ length: cells }, (_, cell) => nearest(cell));
    },

    /** Codes -> image. */
    decode(codes) {
      codes.forEach((code, cell) => vectors.set(entries(code), cell * full(dimension)));
      run("decoder", vectors, patches);
      const image = new Uint8ClampedArray(places.length); // rounds as well
      for (let i = 0; i < image.length; i++) image[i] = 255 * patches[places[i]];
      return new Uint8Array(image.buffer);
    },
  };
}

/** Where an array lies in the kernel's memory. */
const at = (array) => array.byteOffset / 4;

/** Weight (outputs, channels, size, size) and bias -> a layer whose weights are a matrix of k rows, a channel of a neighbour each, and n
 * columns. */
function convolution({ shape: [outputs, channels, size], data }, bias) {
  const [inputs, n] = [full(channels), full(outputs)];
  const k = size ** 2 * inputs;
  const weight = (i, output) => {
    const [near, channel] = [Math.floor(i / inputs), i % inputs];
    return channel < channels && output < outputs ? data[(output * channels + channel) * size ** 2 + near] : 0;
  };
  const padded = new Float32Array(n);
  padded.set(bias.data);
  return { size, inputs, k, n, weights: strips(weight, k, n), bias: padded };
}
