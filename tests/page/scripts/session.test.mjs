// What was kept is gone on from; of what an older page or another model left there, what does not
// fit is dropped, and the rest is kept.

import assert from "node:assert/strict";
import test from "node:test";

const base = "../../../vqdemo/ui/static";
const { pack, unpack } = await import(`${base}/state/pack.js`);
const { forgetWork, restoreSession } = await import(`${base}/state/session.js`);
const { setSentences } = await import(`${base}/state/message.js`);
const { setModel } = await import(`${base}/state/model.js`);
const { state, update } = await import(`${base}/state/store.js`);

const image = new Uint8Array(784).fill(9);
const blank = { codes: [0, 0, 0, 0], image: new Uint8Array(784) };
const MODEL = {
  ...{ id: "abc123", grid_shape: [2, 2], num_codes: 8, background: 0, labels: ["a", "b"] },
  ...{ examples: [], blank, defaults: { temperature: 0.9, top_p: 1, guidance: 0 }, max_alternatives: 16 },
};
const drawing = {
  base: null,
  place: [0, 0, 1],
  strokes: [
    {
      points: [
        [1, 2],
        [3, 4],
      ],
      width: 2.4,
      erase: false,
    },
  ],
};
const codes = [1, 2, -1, 7];
const SETTINGS = { label: null, n: 4, seed: 1, temperature: 0.9, top_p: 1, guidance: 0 };
const alternatives = {
  ...{ question: codes, settings: SETTINGS, order: [2], adopted: null },
  list: [{ codes: [1, 2, 3, 7], image, log_prob: -1 }],
};
const now = {
  drawing,
  encoded: codes,
  encodedDrawing: drawing,
  codes,
  image,
  decodedCodes: codes,
  alternatives,
};
const WHOLE = {
  ...{ id: "abc123", past: [{ ...now, codes: [0, 0, 0, 0], alternatives: null }], future: [], now },
  ...{ settings: SETTINGS, recent: [3, 1], surprise: true, speed: 5, view: "graft" },
  ...{ sampling: { temperature: 1, guidance: 0, seed: 3 }, graft: { other: [1, 1, 1, 1], taken: [2] } },
  lesson: {
    ...{ number: 2, beat: null, tries: 1, isGuessing: false, guess: null, outcome: null },
    start: { codes: [1, 1, 1, 1], image },
  },
  solved: { eight: 2 },
};

/** The state after a session was restored, followed or not. */
function restored(session, change = (text) => text) {
  setModel(MODEL);
  update({ recent: [], surprise: false, speed: 8, view: "bench", alternatives: null });
  update({ graft: { other: null, taken: [] }, lesson: null, solved: {}, sampling: null });
  restoreSession(MODEL, change(pack(session)));
  return state;
}
const without = (key) => Object.fromEntries(Object.entries(WHOLE).filter(([name]) => name !== key));

// A drawing that is followed would need a canvas: none of these is.
for (const settled of [WHOLE]) {
  test("all of it", () => {
    const got = restored(settled);
    assert.deepEqual(got.codes, codes);
    assert.deepEqual(got.alternatives, alternatives);
    assert.equal(got.decodedCodes, got.codes);
    assert.equal(got.encodedDrawing, got.drawing);
    assert.deepEqual([got.recent, got.surprise, got.speed, got.view], [[3, 1], true, 5, "graft"]);
    assert.ok(got.canUndo && !got.canRedo);
  });
}

for (const [what, session, same = ["codes", "settings"]] of [
  ["no past", without("past")],
  ["no future", without("future")],
  ["a past that is no list", { ...WHOLE, past: { a: 1 } }],
  ["a step of another grid", { ...WHOLE, past: [{ ...now, codes: [1] }, null, 7] }],
  ["alternatives of an older form", { ...WHOLE, now: { ...now, alternatives: { list: 3 } } }, ["codes"]],
  [
    "an alternative without a picture",
    { ...WHOLE, now: { ...now, alternatives: { ...alternatives, list: [{ codes }] } } },
  ],
  ["settings that are words", { ...WHOLE, settings: { ...SETTINGS, n: "many" } }, ["codes"]],
  ["too many alternatives", { ...WHOLE, settings: { ...SETTINGS, n: 400 } }, ["codes"]],
  ["settings that are missing", without("settings"), ["codes"]],
  ["codes that do not exist", { ...WHOLE, recent: [99] }],
  ["a graft of another grid", { ...WHOLE, graft: { other: [1], taken: "all" } }],
  ["a speed that is a word", { ...WHOLE, speed: "fast" }],
]) {
  test(`with ${what}, the rest is kept`, () => {
    const got = restored(session);
    for (const part of same) assert.deepEqual(got[part], part === "codes" ? codes : SETTINGS, part);
    assert.ok(got.settings.n <= 16 && Number.isFinite(got.speed));
    assert.ok(got.recent.every((code) => code < 8));
    assert.ok(got.graft.other === null || got.graft.other.length === 4);
    assert.ok(got.alternatives === null || got.alternatives.list[0].image);
  });
}

test("of another model's work, nothing that holds codes", () => {
  const got = restored({ ...WHOLE, id: "other", now: { ...now, drawing: { ...drawing, strokes: [] } } });
  assert.deepEqual(got.codes, blank.codes);
  assert.deepEqual([got.recent, got.graft.other, got.graft.taken, got.lesson], [[], null, [], null]);
  assert.deepEqual([got.speed, got.solved, got.sampling.seed], [5, { eight: 2 }, 3]);
});

test("a lesson keeps the settings that stood before it, if they are some", () => {
  const withBefore = (before) => restored({ ...WHOLE, lesson: { ...WHOLE.lesson, before } }).lesson;
  assert.deepEqual(withBefore(SETTINGS).before, SETTINGS);
  assert.equal(withBefore({ ...SETTINGS, n: 400 }), null);
});

test("what is forgotten is forgotten: the work, lessons and samples too", async () => {
  const before = { ...SETTINGS, seed: 99 };
  restored({ ...WHOLE, lesson: { ...WHOLE.lesson, before } });
  globalThis.location = { href: "https://example.org/#graft&lesson=2" };
  globalThis.window = { history: { pushState: (_, __, href) => (globalThis.location.href = href) } };
  setSentences({ forgotten: "forgotten" });
  await forgetWork();
  assert.deepEqual(state.codes, blank.codes);
  assert.deepEqual([state.recent, state.graft.other, state.lesson, state.solved], [[], null, null, {}]);
  assert.deepEqual(state.sampling, { temperature: 0.9, guidance: 0, seed: 1 });
  assert.notEqual(state.settings.seed, before.seed);
  assert.ok(!state.canUndo && !state.canRedo);
  assert.equal(globalThis.location.href, "https://example.org/#graft");
});

for (const text of ["", "{", "null", "[]", "[1]", '["AAAA"]', '[{"now":{"at":7}}]', '[{"at":0}]']) {
  test(`nothing of ${JSON.stringify(text)}`, () => {
    const got = restored(WHOLE, () => text);
    assert.deepEqual(got.codes, blank.codes);
    assert.equal(got.drawing.base, null);
  });
}

test("pack and unpack keep what is one and the same", () => {
  const back = unpack(pack(WHOLE));
  assert.equal(back.now.drawing, back.now.encodedDrawing);
});
