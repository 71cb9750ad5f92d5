// Whenever answers come, and in whatever order: none touches a cell that was changed after its question, and
// nothing on show is older than the grid beside it. A random visitor, workers that take random time and now
// and then fail, and a canvas that only remembers what was drawn.

import assert from "node:assert/strict";
import test from "node:test";

const CELLS = 16;
const CODES = 10;
const BACKWARD = false;

// ---- chance that can be repeated ----

let seed = 1;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

// ---- a browser's parts ----

const every = setInterval;
globalThis.setInterval = (...given) => every(...given).unref(); // the page's last for as long as the page

const hash = (values) => values.reduce((sum, value) => (Math.imul(sum, 31) + Math.round(97 * value)) | 0, 7);
const pen = {
  drawn: [],
  clearRect: () => (pen.drawn = []),
  drawImage: ({ ink }) => pen.drawn.push(...ink),
  lineTo: (x, y) => pen.drawn.push(x, y),
  beginPath() {},
  stroke() {},
  getImageData: (_x, _y, width, height) => ({
    data: new Uint8Array(4 * width * height).fill(Math.abs(hash(pen.drawn)) % 251),
  }),
};
globalThis.ImageData = class {
  data = new Uint8Array(4 * 784);
};
const small = () => ({
  getContext: () => ({ ...pen, putImageData() {} }),
});
globalThis.document = {
  createElement: () => Object.assign(small(), { getContext: () => pen, ink: [1] }),
};
pen.putImageData = () => {};
globalThis.location = { origin: "null" };

// ---- the networks: anything that depends on all that goes in ----

const encode = (image) => Array.from({ length: CELLS }, (_, i) => (image[0] * (i + 3) + (i % 5)) % CODES);
const decode = (codes) => new Uint8Array(784).fill(Math.abs(hash(codes)) % 256);
const filled = (codes, number) => codes.map((code, i) => (code < 0 ? (i + number) % CODES : code));

const edits = Array(CELLS).fill(0); // by cell: how often the visitor has changed it
let jumps = 0; // to another drawing or another step of the history
let answering = null; // what `edits` and `jumps` were when the question was asked that is now answered
let pending = 0;
let failing = false;

class FakeWorker {
  cancelled = new Set();
  postMessage(message) {
    if ("network" in message)
      return this.later(() => (failing ? { failed: "lost", detail: "" } : { ready: true, simd: true }));
    if ("cancel" in message) return this.cancelled.add(message.cancel);
    if ("ping" in message) return this.later(() => ({ pong: true }));
    const asked = {};
    queueMicrotask(() => Object.assign(asked, { edits: [...edits], jumps })); // once the deed that led to it is done
    const { id, question, given } = message;
    const tell = (part) => this.later(() => ({ id, ...part() }), asked);
    if (failing && random() < 0.3) return this.later(() => ({ failed: "worker", detail: "" }));
    if (question === "complete") {
      const grids = Array.from({ length: given.n }, (_, i) => filled(given.codes, given.seed + i));
      let last = Promise.resolve();
      grids.forEach((grid, i) => (last = last.then(() => tell(() => ({ alternative: i, grid })))));
      return last.then(() => tell(() => ({ answer: grids })));
    }
    tell(() => ({ answer: ANSWERS[question](given) }));
  }
  later(message, asked = null) {
    pending++;
    return new Promise((resolve) => {
      setTimeout(() => {
        pending--;
        const data = message();
        answering = asked;
        if (!this.ended && !this.cancelled.has(data.id)) this.onmessage({ data });
        resolve();
      }, random() * 6);
    });
  }
  terminate() {
    this.ended = true;
  }
}
const ANSWERS = {
  encode({ image }) {
    const codes = encode(image);
    return { codes, image: decode(codes) };
  },
  decode: ({ grids }) => grids.map(decode),
  conditionals: ({ codes }) =>
    Float32Array.from({ length: CELLS * CODES }, (_, i) => (Math.abs(hash([...codes, i])) % 100) / 100),
  die({ codes, cell }) {
    const logits = Array.from({ length: CODES }, (_, i) => (Math.abs(hash([...codes, cell, i])) % 100) / 25);
    return { labels: [0], logits: [logits], without: logits, known: [0], empty: [0], needle: null };
  },
  labelProbs: ({ codes }) => [0.5, Math.abs(hash(codes)) % 2],
  logProb: ({ codes }) => codes.map((grid) => -Math.abs(hash(grid)) % 50),
};
globalThis.Worker = FakeWorker;

const image = Buffer.from(new Uint8Array(784)).toString("base64");
const network = { config: { backward: BACKWARD }, file: "a", bytes: 1, sha256: "" };
const blankCodes = Array(CELLS).fill(0);
globalThis.fetch = async () =>
  new Response(
    JSON.stringify({
      ...{ id: "a", grid_shape: [4, 4], num_codes: CODES, background: 0, labels: ["a"], defaults: {} },
      ...{
        networks: { vqvae: network, prior: network },
        tiles: [],
        order: blankCodes.map((_, i) => i % CODES),
      },
      ...{ examples: [], blank: { codes: blankCodes, image }, max_alternatives: 9 },
    }),
  );

const base = "../../../vqdemo/ui/static";
const client = await import(`${base}/networks/client.js`);
const { complete, keep, letGo, setSettings } = await import(`${base}/state/completions.js`);
const edit = await import(`${base}/state/edits.js`);
const { UNKNOWN, withoutUnknown } = await import(`${base}/state/grid.js`);
await import(`${base}/state/insight.js`);
const { toggleSurprise } = await import(`${base}/state/bits.js`);
const { setSentences } = await import(`${base}/state/message.js`);
const { setModel } = await import(`${base}/state/model.js`);
const { showNetwork } = await import(`${base}/state/networks.js`);
const { hover, select } = await import(`${base}/state/selection.js`);
const { state, watch } = await import(`${base}/state/store.js`);

// ---- the visitor ----

const cell = () => below(CELLS);
const DEEDS = {
  stroke: () => edit.beginStroke([below(28), below(28)], 2, false),
  goOn: () => state.drawing.strokes.length && edit.extendStroke([[below(28), below(28)]]),
  write: () => edit.writeCode(below(CODES), [cell(), cell()]),
  erase: () => edit.erase([cell(), cell(), cell()]),
  restore: () => edit.restoreCodes(),
  complete: () => void complete(),
  seed: () => setSettings({ seed: below(5) }),
  keep: () => state.alternatives && keep(below(state.alternatives.list.length)),
  letGo: () => letGo(),
  undo: () => edit.undo(),
  redo: () => edit.redo(),
  clear: () => edit.clear(),
  select: () => select(random() < 0.7 ? [cell()] : [cell(), cell()]),
  point: () => hover(random() < 0.7 ? { cell: cell() } : null),
  surprise: () => toggleSurprise(),
};
const JUMPS = ["undo", "redo", "clear"];

/** What has to hold at any moment. */
function look(when) {
  for (const part of ["expected", "whatIf", "footprint", "die"])
    assert.ok(!state[part] || state[part].codes === state.codes, `${part} is of an older grid, ${when}`);
  const { alternatives } = state;
  if (!alternatives) return;
  for (const { codes } of alternatives.list)
    alternatives.question.forEach((code, i) =>
      assert.ok(code === UNKNOWN || code === codes[i], `an alternative answers another question, ${when}`),
    );
  if (alternatives.adopted !== null)
    assert.deepEqual(alternatives.list[alternatives.adopted].codes, state.codes, when);
}

let known = null; // the codes when they were last looked at
function changedByAnswer() {
  if (state.codes === known) return;
  const before = known;
  known = state.codes;
  assert.ok(answering && answering.jumps === jumps, "an answer of before another drawing");
  state.codes.forEach((code, i) =>
    assert.ok(
      code === before[i] || edits[i] === answering.edits[i],
      `cell ${i} was changed after the question`,
    ),
  );
}

setSentences(new Proxy({}, { get: () => "a sentence" }));
client.connect({}, showNetwork);
const modelInfo = await client.describe("http://x/model.json");
setModel(modelInfo);
known = state.codes;
let broken = null; // the first thing that did not hold
watch(["codes", "alternatives", "expected", "whatIf", "footprint", "die", "image"], () => {
  try {
    look("when told");
    changedByAnswer();
  } catch (error) {
    broken ??= error;
  }
});

async function rest() {
  for (let calm = 0; calm < 5; calm = pending ? 0 : calm + 1)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

function act(name) {
  changedByAnswer();
  const before = state.codes;
  const drawing = state.drawing;
  DEEDS[name]();
  if (JUMPS.includes(name) && (state.codes !== before || state.drawing !== drawing)) jumps++;
  if (name === "stroke" && drawing.invitation) jumps++;
  if (!JUMPS.includes(name)) state.codes.forEach((code, i) => (edits[i] += Number(code !== before[i])));
  known = state.codes;
  answering = null;
  look(`after ${name}`);
}

for (const faults of [false, true]) {
  test(`answers of ${faults ? "workers that fail" : "slow workers"}, in any order`, async () => {
    for (seed = 1; seed < 16; seed++) {
      const own = seed;
      for (let i = 0; i < 60; i++) {
        failing = faults && random() < 0.3;
        act(pick(Object.keys(DEEDS)));
        if (faults && random() < 0.2) client.retry();
        if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 6));
        if (broken) throw broken;
      }
      failing = false;
      await rest(); // until what fails has failed
      client.retry();
      await rest();
      act("stroke");
      await rest();
      if (broken) throw broken;
      assert.equal(state.encodedDrawing, state.drawing, "the drawing is not followed");
      assert.equal(state.decodedCodes, state.codes, "the codes are not followed");
      assert.deepEqual(state.image, decode(withoutUnknown(state.codes, modelInfo)));
      assert.equal(state.completing, false);
      act("select");
      await rest();
      if (state.selected.size === 1) assert.equal(state.whatIf?.cell, [...state.selected][0]);
      seed = own;
    }
  });
}
