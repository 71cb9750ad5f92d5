// The networks as the page calls them: a few async functions, whose types are in types.js. The VQ-VAE runs
// locally, in a worker of this browser, so that what follows a pen waits for no server, and the page stays
// responsive while it computes. It takes over once its weights have come and it encodes the examples as the
// server does. Until then, and where a browser or a model will not have it, and for all that concerns the
// prior, the server is asked (remote.js).

/** @import { Grid, Image, ModelInfo, Reconstruction } from "./types.js" */

import * as remote from "./remote.js";

export { complete, conditionals, connect, frame, sample } from "./remote.js";

/** @type {Worker} */
let worker = null;
/** @type {((answer: any) => void)[]} */
let waiting = []; // those who wait for the worker's answers, in the order of their requests
let ready = false;

/** All there is to know of the model before the first stroke. @returns {Promise<ModelInfo>} */
export async function describe() {
  const modelInfo = await remote.describe();
  startWorker(remote.weightsOf(modelInfo), modelInfo);
  return modelInfo;
}

/** Whether encode and decode run in this browser. */
export const isLocal = () => ready;

/**
 * Image -> its codes, and the image decoded from them.
 * @param {Image} image
 * @returns {Promise<Reconstruction>}
 */
export async function encode(image) {
  return (await askWorker("encode", image)) ?? remote.encode(image);
}

/**
 * Grids without unknown cells -> their images.
 * @param {Grid[]} grids
 * @returns {Promise<Image[]>}
 */
export async function decode(grids) {
  return (await askWorker("decode", grids)) ?? remote.decode(grids);
}

function startWorker(weights, { grid_shape, examples }) {
  if (/** @type {any} */ (navigator).connection?.saveData) return; // a visitor who counts megabytes
  try {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  } catch {
    return;
  }
  worker.onmessage = ({ data }) => {
    if (data.answer) waiting.shift()(data.answer);
    else if (data.ready) ready = true;
    else endWorker();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    endWorker();
  };
  worker.postMessage({ weights, grid_shape, examples });
}

function endWorker() {
  ready = false;
  worker.terminate();
  for (const answer of waiting) answer(null);
  waiting = [];
}

/** The worker's answer, or null where there is none. */
function askWorker(name, argument) {
  if (!ready) return null;
  return new Promise((resolve) => {
    waiting.push(resolve);
    worker.postMessage({ name, argument });
  });
}
