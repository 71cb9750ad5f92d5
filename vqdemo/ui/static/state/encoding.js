// What the encoder gives for the drawing, while "How it works" is open: a vector z for each cell, and the
// codes that the quantizer chooses for them. One request is in flight at a time, and the last is always for
// the newest drawing, so that it follows the pen.

/** @import { ModelInfo } from "../networks/types.js" */
/** @import { Encoding } from "./types.js" */

import { rasterise } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

/** The vector of a row of `vectors`: of a cell, or of a code of the codebook. @param {Float32Array} vectors */
export const vectorOf = (row, vectors, dimension) => vectors.subarray(row * dimension, (row + 1) * dimension);

/** The Euclidean distance between two vectors. */
const distanceBetween = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));

/**
 * All codes for patches with ink by their distance to a vector, the nearest first.
 * @param {Float32Array} z
 * @param {Float32Array} codebook
 * @param {Pick<ModelInfo, "background" | "num_codes">} modelInfo
 */
export function codesByDistance(z, codebook, { background, num_codes }) {
  return Array.from({ length: num_codes }, (_, code) => code)
    .filter((code) => code !== background)
    .map((code) => ({ code, distance: distanceBetween(z, vectorOf(code, codebook, z.length)) }))
    .sort((a, b) => a.distance - b.distance);
}

/** The largest number of the codebook, whatever its sign. @param {Float32Array} codebook */
export const largestIn = (codebook) => codebook.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The length of the vectors. @param {ModelInfo} modelInfo @returns {number} */
export const dimensionOf = ({ networks }) => networks.vqvae.config.code_dim;

/**
 * The encoder's output for a cell.
 * @param {number} cell
 * @param {Encoding} encoding
 * @param {ModelInfo} modelInfo
 */
export const outputOf = (cell, { vectors }, modelInfo) => vectorOf(cell, vectors, dimensionOf(modelInfo));

const queue = newestFirst();
/** @type {Float32Array} */
let codebook;

watch(["view", "modelInfo", "drawing", "networks"], ({ view, modelInfo, drawing, encoding }) => {
  if (view !== "how" || !modelInfo || encoding?.drawing === drawing) return queue(null);
  queue(encode); // which is never given up: else a pen that goes on moving would let none come to its end
});

async function encode() {
  const { drawing } = state;
  if (state.encoding?.drawing === drawing) return;
  const image = rasterise(drawing);
  codebook ??= await networks.codebook();
  update({ encoding: { drawing, image, codebook, ...(await networks.quantize(image)) } });
}
