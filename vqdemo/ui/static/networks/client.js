// The VQ-VAE at hand: in a worker of this browser, so that what follows a pen waits for no network and no server, and the page stays
// responsive while it computes. It takes over once its weights are here and it has read the examples as the server reads them; until
// then, and where a browser or a model will not have it, ask() gives null, and the server is asked (see model.js).

let worker = null;
let waiting = []; // for an answer, in the order in which they asked
let ready = false;

/** Fetch the weights at an address, for the grid and the examples that the server has told of. */
export function start(address, { grid_shape, examples }) {
  if (navigator.connection?.saveData) return; // a visitor who counts megabytes
  try {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  } catch {
    return;
  }
  worker.onmessage = ({ data }) => {
    if (data.answer) waiting.shift()(data.answer);
    else if (data.ready) ready = true;
    else end();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end();
  };
  worker.postMessage({ address, grid_shape, examples });
}

function end() {
  ready = false;
  worker.terminate();
  for (const answer of waiting) answer(null);
  waiting = [];
}

export const isReady = () => ready;

/** The answer to a question, "encode" or "decode", or null: ask elsewhere. */
export function ask(question, given) {
  if (!ready) return null;
  return new Promise((resolve) => {
    waiting.push(resolve);
    worker.postMessage({ question, given });
  });
}
