// The networks as the page calls them: a few async functions. Each network runs in a worker of its own, so
// that a pen, which the VQ-VAE follows, never waits for the prior, and the page stays responsive while they
// compute. Weights are fetched in the order in which they are needed. A question that is asked before they
// are there waits for them. No server computes anything.

/** @import { Completion, Die, Film, Grid, Image, ModelInfo, NetworkStatus, Quantized, Reconstruction, Settings, WorkerName } from "./types.js" */

import { connection } from "./connection.js";
import { downloadJSON, Fault } from "./download.js";

/** @type {Record<string, string>} */
let sentences = {};
/** @type {(name: WorkerName | "model", status: NetworkStatus) => void} */
let tell = () => {};
/** @type {(() => void) | null} */
let modelAgain = null; // where model.json could not be fetched: goes on

/**
 * Before all else: the sentences for what can go wrong (see ui/texts/en.py), and who is told how far
 * model.json and the networks are.
 */
export function connect(texts, listener) {
  [sentences, tell] = [texts, listener];
}

/** What is wrong, as an Error whose message can be shown. */
function faultOf(kind, file, detail) {
  const fault = new Fault(kind, sentences[`fault_${kind}`] ?? detail);
  fault.message = fault.message.replace("{file}", file).replace("{detail}", detail);
  return fault;
}

/**
 * All there is to know of the model before the first stroke, from its model.json; the networks begin to load.
 * @param {string} address
 * @returns {Promise<ModelInfo>}
 */
export async function describe(address) {
  for (;;) {
    tell("model", { phase: "loading", loaded: 0, total: 0, fault: null });
    try {
      const modelInfo = readModel(await downloadJSON(address));
      tell("model", { phase: "ready", loaded: 1, total: 1, fault: null });
      load(address, modelInfo);
      return modelInfo;
    } catch (error) {
      const kind = error instanceof Fault ? error.kind : "unfit";
      const fault = faultOf(kind, "model.json", error.message);
      tell("model", { phase: "failed", loaded: 0, total: 0, fault: fault.message });
      await new Promise((resolve) => (modelAgain = () => resolve(undefined)));
    }
  }
}

/** The pictures of model.json as images, in place. */
function readModel(modelInfo) {
  modelInfo.tiles = modelInfo.tiles.map(toImage);
  modelInfo.blank.image = toImage(modelInfo.blank.image);
  for (const example of modelInfo.examples) {
    example.image = toImage(example.image);
    example.drawing = toImage(example.drawing);
  }
  return modelInfo;
}

const toImage = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

// ---- the networks ----

/** @param {WorkerName} name */
const worker = (name) => connection((status) => tell(name, status), faultOf);
const workers = { vqvae: worker("vqvae"), prior: worker("prior"), film: worker("film") };

let isBackward = false; // whether the prior fills the last unknown cell first

let fetchFilm = () => {}; // the film of the training begins to load; only the first call counts

/** @param {string} address @param {ModelInfo} modelInfo */
function load(address, { networks, film }) {
  isBackward = networks.prior.config.backward;
  const of = (network, { file, ...others }) => ({
    network,
    address: new URL(file, address).href,
    file,
    ...others,
  });
  let began = false;
  workers.vqvae.load(of("vqvae", networks.vqvae), () => {
    if (!began) workers.prior.load(of("prior", networks.prior), () => {});
    began = true;
  });
  fetchFilm = () => {
    workers.film.load(of("film", film), () => {});
    fetchFilm = () => {};
  };
}

/** Fetch again what could not be fetched. */
export function retry() {
  modelAgain?.();
  modelAgain = null;
  for (const { retry } of Object.values(workers)) retry();
}

// ---- what the page asks ----
//
// `signal` (an AbortSignal) tells that an answer is no longer wanted: its work is given up, and the promise
// rejected with the signal's reason. A promise is rejected with a Fault where a network is not to be had.

/**
 * Image -> its codes, and the image decoded from them.
 * @param {Image} image
 * @returns {Promise<Reconstruction>}
 */
export const encode = (image) => workers.vqvae.ask("encode", { image });

/**
 * Grids without unknown cells -> their images.
 * @param {Grid[]} grids
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Image[]>}
 */
export const decode = (grids, options) => workers.vqvae.ask("decode", { grids }, options);

/**
 * Image -> the encoder's outputs and the codes that they are rounded to.
 * @param {Image} image
 * @returns {Promise<Quantized>}
 */
export const quantize = (image) => workers.vqvae.ask("quantize", { image });

/**
 * The codebook, row by row: a vector for each code.
 * @returns {Promise<Float32Array>}
 */
export const codebook = () => workers.vqvae.ask("codebook", {});

/**
 * Pixel after pixel of an image is inverted: how far that moves the encoder's output for each cell. A row for
 * each pixel, a column for each cell.
 * @param {Image} image
 * @param {number[]} pixels
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Float32Array>}
 */
export const sensitivity = (image, pixels, options) =>
  workers.vqvae.ask("sensitivity", { image, pixels }, options);

/**
 * The unknown cells of a grid in the order in which they are filled.
 * @param {Grid} codes
 */
export function generationOrder(codes) {
  const order = [...codes.keys()].filter((cell) => codes[cell] < 0);
  return isBackward ? order.reverse() : order;
}

/**
 * Completions of a grid with unknown cells, in the order in which they were drawn. Each is told as soon as it
 * can be shown, and before its probability is known (null).
 * @param {Grid} codes
 * @param {Settings} settings
 * @param {{signal?: AbortSignal, onAlternative?: (completion: Completion) => void}} [options]
 * @returns {Promise<Completion[]>}
 */
export async function complete(codes, settings, { signal, onAlternative = () => {} } = {}) {
  const images = [];
  const show = async (grid) => {
    const [image] = await decode([grid], { signal });
    onAlternative({ codes: grid, image, log_prob: null });
    return image;
  };
  const onPart = ({ grid }) => {
    const image = show(grid);
    image.catch(() => {}); // it is awaited at the end, where there is one
    images.push(image);
  };
  const grids = await workers.prior.ask("complete", { codes, ...settings, ahead: true }, { signal, onPart });
  const known = codes.map((code) => code >= 0);
  const log_probs = await logProb(grids, known, settings.label, { signal });
  const shown = await Promise.all(images);
  return grids.map((grid, i) => ({ codes: grid, image: shown[i], log_prob: log_probs[i] }));
}

/**
 * The images of completions alone, numbered from `first`: those that complete() draws, too.
 * @param {Grid} codes
 * @param {Settings & {first: number}} settings
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Image[]>}
 */
export async function imagine(codes, settings, options) {
  return decode(await workers.prior.ask("complete", { codes, ...settings }, options), options);
}

/**
 * Whole grids from nothing, and their images.
 * @param {Settings} settings
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Reconstruction[]>}
 */
export async function sample(settings, options) {
  const grids = await workers.prior.ask("sample", settings, options);
  const images = await decode(grids, options);
  return grids.map((codes, i) => ({ codes, image: images[i] }));
}

/**
 * Cell by cell, the probability of each code given all other known cells.
 * @param {Grid} codes
 * @param {number | null} [label]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Float32Array>}
 */
export const conditionals = (codes, label = null, options = {}) =>
  workers.prior.ask("conditionals", { codes, label }, options);

/**
 * What the code of one cell is drawn from, given all other known cells. `drawn`: of a cell that a completion
 * has filled; see sampling/die.js.
 * @param {{codes: Grid, cell: number, label: number | null, drawn?: object | null}} asked
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Die>}
 */
export const die = (asked, options) => workers.prior.ask("die", asked, options);

/**
 * Of each full grid, the natural-log probability of its cells that are not known given those that are.
 * @param {Grid[]} grids
 * @param {boolean[]} known by cell
 * @param {number | null} [label]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<number[]>}
 */
export const logProb = (grids, known, label = null, options = {}) =>
  workers.prior.ask("logProb", { codes: grids, known, label }, options);

/**
 * The probability of each label given the known cells.
 * @param {Grid} codes
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<number[]>}
 */
export const labelProbs = (codes, options) => workers.prior.ask("labelProbs", { codes }, options);

/**
 * The film of the training, with an image as it would have been redrawn then. It is fetched when it is first
 * asked for; the weights must have one (see ModelInfo).
 * @param {Image} image
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Film>}
 */
export function film(image, options) {
  fetchFilm();
  return workers.film.ask("show", { image }, options);
}
