// What is computed unasked follows the newest wish, also where that was answered before, and where the grid was
// replaced by an equal one.

import assert from "node:assert/strict";
import test from "node:test";

import { asked, begin, IMAGE, last, rest } from "../../tools/networks.mjs";

const base = "../../../vqdemo/ui/static/state";
await import(`${base}/belief.js`);
await import(`${base}/ghost.js`);
await import(`${base}/insight.js`);
const { toggleMoves, toggleSurprise } = await import(`${base}/bits.js`);
const { setSettings } = await import(`${base}/completions.js`);
const { beginStroke, writeCode } = await import(`${base}/edits.js`);
const { select } = await import(`${base}/selection.js`);
const { state, update } = await import(`${base}/store.js`);

const CELLS = 4;
const CODES = 8;
const logits = Array(CODES).fill(0);
const ANSWERS = {
  encode: () => ({ codes: [0, 0, 0, 0], image: IMAGE }),
  decode: ({ grids }) => grids.map(() => IMAGE),
  conditionals: () => new Float32Array(CELLS * CODES).fill(1 / CODES),
  die: () => ({ labels: [0], logits: [logits], without: logits, known: [0], empty: [0], needle: null }),
  labelProbs: () => [0.5, 0.5],
  logProb: ({ codes }) => codes.map(() => -1),
  complete: ({ n }) => Array(n).fill([1, 1, 1, 1]),
};
const answer = (one) => one.answer(ANSWERS[one.question](one.given));

/** All is answered, but for one kind of question. */
async function answerAllBut(kind) {
  for (await rest(); ; await rest()) {
    const due = asked.find(({ question }) => question !== kind);
    if (!due) return;
    answer(due);
  }
}
const SHOWS = { expected: "conditionals", die: "die", length: "logProb", moves: "conditionals" };

test.before(async () => {
  await begin();
  beginStroke([1, 2], 2, false); // the example goes
  await answerAllBut();
  writeCode(3, [1]);
  select([0]);
  await answerAllBut();
});

for (const [part, question] of Object.entries(SHOWS)) {
  test(`${part}: a digit that was asked for again has its own answer`, async () => {
    if (part === "moves" ? !state.moving : !state.surprise)
      (part === "moves" ? toggleMoves : toggleSurprise)();
    setSettings({ label: null });
    await answerAllBut();
    assert.equal(state[part].label, null);
    setSettings({ label: 1 });
    if (part === "moves") answer(await last(question)); // what is expected, which it is computed from
    const other = await last(question);
    assert.equal(other.given.label, 1);
    setSettings({ label: null });
    await rest();
    if (part !== "moves") assert.ok(!asked.includes(other), "it is given up");
    answer(other);
    await answerAllBut();
    assert.equal(state[part].label, null);
  });

  test(`${part}: an equal grid has the answer that was under way`, async () => {
    setSettings({ label: 1 - (state.settings.label ?? 0) });
    if (part === "moves") answer(await last(question));
    const due = await last(question);
    const codes = [...state.codes];
    update({ codes, decodedCodes: codes });
    await rest();
    answer(due);
    await answerAllBut();
    assert.equal(state[part].codes, state.codes);
  });
}

test("the ghost comes back after a stroke that changes no code", async () => {
  writeCode(-1, [2]);
  await answerAllBut();
  const { codes, ghost } = state;
  assert.equal(ghost.codes, codes);
  update({ ghost: null });
  beginStroke([1, 2], 2, false);
  await answerAllBut("encode");
  assert.equal(state.ghost, null);
  await answerAllBut();
  assert.equal(state.codes, codes);
  assert.equal(state.ghost?.codes, codes);
});
