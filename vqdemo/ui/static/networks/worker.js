// A network in a worker: it loads the weights, and answers questions in the order in which they come.
//
// It is sent
//   {network, address, bytes, sha256, config}
//                                   once: "vqvae", "prior" or "film", where its weights are and what they
//                                   have to be (see download.js), and its part of config.json
//   {id, question, given}           encode, decode, quantize, codebook or sensitivity; complete, sample,
//                                   conditionals, die, logProb or labelProbs; show; and its arguments (see
//                                   below, sampling.js and film.js)
//   {cancel: id}                    the answer is no longer wanted: it is given up at the next cell
//   {ping: true}
//
// and sends
//   {loaded}                        bytes of weights that have come
//   {ready: true, simd}             once; simd is false where all runs on plain loops, slower
//   {failed: kind, detail}          no network (see Fault in download.js)
//   {id, alternative, grid}         of complete and sample: each grid as soon as it is there
//   {id, answer}                    at the end
//   {id, error: sentence}           the question was wrong
//   {pong: true}                    to a ping
// Nothing more is sent of a question that was cancelled.

import { download, Fault } from "./download.js";
import { film } from "./film.js";
import { pixelcnn } from "./pixelcnn.js";
import { safetensors } from "./safetensors.js";
import { sampling } from "./sampling.js";
import { vqvae } from "./vqvae.js";

const PATIENCE = 4; // ms for which a computation goes on before messages are looked at

const NETWORKS = {
  vqvae(file, config) {
    const network = vqvae(safetensors(file), config);
    return { simd: network.simd, questions: pictures(network) };
  },
  prior(file, config) {
    const network = pixelcnn(file, config);
    return { simd: network.simd, questions: sampling(network) };
  },
  film(file, config) {
    const { simd, ...questions } = film(file, config);
    return { simd, questions };
  },
};

/**
 * What the VQ-VAE is asked: {image} -> {codes, image}, the image decoded from them; {grids} -> images; and
 * what only "How it works" asks (see vqvae.js).
 */
function pictures(network) {
  return {
    *encode({ image }) {
      const codes = network.encode(image);
      return { codes, image: network.decode(codes) };
    },
    *decode({ grids }) {
      const images = [];
      for (const grid of grids) {
        images.push(network.decode(grid));
        yield;
      }
      return images;
    },
    *quantize({ image }) {
      return network.quantize(image);
    },
    *codebook() {
      return network.codebook;
    },
    *sensitivity({ image, pixels }) {
      return yield* network.sensitivity(image, pixels);
    },
  };
}

let questions = null; // of the network, once it is there
const waiting = []; // {id, question, given}, the first of which is being answered
let busy = false;

onmessage = ({ data }) => {
  if ("network" in data) begin(data);
  else if ("cancel" in data) cancel(data.cancel);
  else if ("ping" in data) postMessage({ pong: true });
  else {
    waiting.push(data);
    answerAll();
  }
};

async function begin({ network, address, bytes, sha256, config }) {
  try {
    const file = await download(address, { bytes, sha256 }, (loaded) => postMessage({ loaded }));
    const made = NETWORKS[network](file, config);
    questions = made.questions;
    postMessage({ ready: true, simd: made.simd });
    answerAll();
  } catch (error) {
    // Memory that is not to be had is a RangeError.
    const kind = error instanceof Fault ? error.kind : error instanceof RangeError ? "memory" : "unfit";
    postMessage({ failed: kind, detail: error.message });
  }
}

function cancel(id) {
  const at = waiting.findIndex((question) => question.id === id);
  if (at >= 0) waiting.splice(at, 1); // if it is being answered, answer() sees that it is gone
}

async function answerAll() {
  if (busy || !questions) return;
  busy = true;
  while (waiting.length > 0) {
    const asked = waiting[0];
    try {
      await answer(asked);
    } catch (error) {
      postMessage({ id: asked.id, error: error.message });
    }
    if (waiting[0] === asked) waiting.shift();
  }
  busy = false;
}

async function answer(asked) {
  const { id, question, given } = asked;
  if (!Object.hasOwn(questions, question)) throw new Error(`there is no question "${question}"`);
  const computation = questions[question](given);
  let last = performance.now();
  while (waiting[0] === asked) {
    const { done, value } = computation.next();
    if (done) return postMessage({ id, answer: value });
    if (value) postMessage({ id, ...value });
    if (value || performance.now() - last > PATIENCE) {
      await messages();
      last = performance.now();
    }
  }
}

const { port1, port2 } = new MessageChannel();

/** Until the messages that have come are dealt with. */
function messages() {
  return new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
}
