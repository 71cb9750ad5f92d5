// The networks without a browser: a question that the page asks them is answered when a test says so.

const base = "../../vqdemo/ui/static";

/** What is asked and not answered yet, the oldest first: {question, given, answer(value), failed(kind)}. */
export const asked = [];

class FakeWorker {
  postMessage(message) {
    const tell = (data) => this.onmessage({ data });
    if ("network" in message) queueMicrotask(() => tell({ ready: true, simd: true }));
    else if ("cancel" in message) forget(this, message.cancel);
    else if ("question" in message) {
      const { id, question, given } = message;
      const answer = (value) => {
        forget(this, id);
        tell({ id, answer: value });
      };
      asked.push({ worker: this, id, question, given, answer });
    }
  }
  terminate() {}
}

function forget(worker, id) {
  const at = asked.findIndex((one) => one.worker === worker && one.id === id);
  if (at >= 0) asked.splice(at, 1);
}

const every = setInterval;
const pixels = (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) });
const pen = new Proxy(
  { getImageData: (_x, _y, width, height) => pixels(width, height) },
  { get: (known, name) => known[name] ?? (() => {}), set: () => true },
);
Object.assign(globalThis, {
  Worker: FakeWorker,
  location: { origin: "null", href: "http://x/" },
  setInterval: (...given) => every(...given).unref(), // the page's last for as long as the page
  document: { createElement: () => ({ getContext: () => pen }) },
  ImageData: class {
    data = new Uint8ClampedArray(4 * 28 * 28);
  },
});

/** A model of 2 x 2 cells and 8 codes. */
export const IMAGE = new Uint8Array(28 * 28);
const image = Buffer.from(IMAGE).toString("base64");
const network = { config: { backward: false }, file: "a", bytes: 1, sha256: "" };
const MODEL = {
  ...{ id: "a", grid_shape: [2, 2], num_codes: 8, background: 0, labels: ["a", "b"], defaults: {} },
  ...{ networks: { vqvae: network, prior: network }, tiles: [], order: [1, 2, 3, 4, 5, 6, 7] },
  ...{ examples: [], blank: { codes: [0, 0, 0, 0], image }, max_alternatives: 9, max_import_bytes: 1e6 },
};

/** The model comes, and its networks; each sentence is its own name. */
export async function begin() {
  globalThis.fetch = async () => new Response(JSON.stringify(MODEL));
  const { setSentences } = await import(`${base}/state/message.js`);
  const { connect, describe } = await import(`${base}/networks/client.js`);
  const { showNetwork } = await import(`${base}/state/networks.js`);
  const { setModel } = await import(`${base}/state/model.js`);
  setSentences(new Proxy({}, { get: (_, name) => name }));
  connect({}, showNetwork);
  setModel(await describe("http://x/model.json"));
  await rest();
}

/** Until the page has dealt with what has happened. */
export async function rest() {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
}

/** The question of this kind that was asked last, once it is. */
export async function last(question) {
  await rest();
  return asked.findLast((one) => one.question === question);
}
