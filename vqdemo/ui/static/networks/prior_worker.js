// The prior in a worker: it loads the weights, and answers questions in the order in which they come.
//
// It is sent
//   {address, config}               once: where the weights are, and `prior` of config.json
//   {id, question, given}           complete, sample, conditionals, logProb or labelProbs, and its
//                                   arguments (see sampling.js)
//   {cancel: id}                    the answer is no longer wanted: it is given up at the next cell
//
// and sends
//   {loaded, total}                 bytes of weights that have come; total is 0 where it is not known
//   {ready: true, simd}             once; simd is false where all runs on plain loops, slower
//   {failed: sentence}              no weights, or not these
//   {id, alternative, grid}         of complete and sample: each grid as soon as it is there
//   {id, answer}                    at the end
//   {id, error: sentence}           the question was wrong
// Nothing more is sent of a question that was cancelled.

import { pixelcnn } from "./pixelcnn.js";
import { sampling } from "./sampling.js";

const PATIENCE = 4; // ms for which a computation goes on before messages are looked at

let questions = null; // of the network, once it is there
const waiting = []; // {id, question, given}, the first of which is being answered
let busy = false;

onmessage = ({ data }) => {
  if ("address" in data) begin(data);
  else if ("cancel" in data) cancel(data.cancel);
  else {
    waiting.push(data);
    answerAll();
  }
};

async function begin({ address, config, simd }) {
  try {
    const network = pixelcnn(await fetched(address), config, { simd });
    questions = sampling(network);
    postMessage({ ready: true, simd: network.simd });
    answerAll();
  } catch (error) {
    postMessage({ failed: error.message });
  }
}

/** A file (ArrayBuffer); tells how much of it has come. */
async function fetched(address) {
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${address}: ${reply.status} ${reply.statusText}`);
  const total = reply.headers.has("content-encoding") ? 0 : Number(reply.headers.get("content-length"));
  const parts = [];
  let loaded = 0;
  for (const reader = reply.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    parts.push(value);
    loaded += value.length;
    postMessage({ loaded, total });
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
