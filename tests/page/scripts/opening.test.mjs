// A grid from elsewhere is opened, unless the visitor has gone on meanwhile.

import assert from "node:assert/strict";
import test from "node:test";

import { asked, begin, IMAGE, last } from "../../tools/networks.mjs";

const base = "../../../vqdemo/ui/static/state";
const { beginStroke, drawImage, takeBackStroke, undo, writeCode } = await import(`${base}/edits.js`);
const { openJSON } = await import(`${base}/files.js`);
const { openCodes } = await import(`${base}/opening.js`);
const { state, update } = await import(`${base}/store.js`);

await begin();
const CODES = [1, 2, 3, 4];
const answerDecode = async () => (await last("decode")).answer([IMAGE]);

test("what was not touched makes way for it", async () => {
  const opened = openCodes(CODES);
  await answerDecode();
  assert.equal(await opened, true);
  assert.deepEqual(state.codes, CODES);
});

for (const [what, edit, keepsCodes = true] of [
  ["a stroke", () => beginStroke([1, 2], 2, false)],
  ["a picture that is drawn", () => drawImage(IMAGE)],
  ["a code", () => writeCode(7, [0]), false],
  ["an undo", () => undo(), false],
]) {
  test(`${what} meanwhile is kept, and that is told as no error`, async () => {
    update({ message: null });
    const file = new File([JSON.stringify({ codes: [[5, 5], [5, 5]] })], "a.json"); // prettier-ignore
    const { codes: before } = state;
    const opened = openJSON(file);
    const question = await last("decode");
    edit();
    const { drawing, codes } = state;
    if (keepsCodes) assert.equal(codes, before, "the drawing alone has changed");
    question.answer([IMAGE]);
    assert.equal(await opened, false);
    assert.deepEqual([state.drawing, state.codes], [drawing, codes]);
    assert.deepEqual(state.message, { text: "changed_meanwhile", kind: "note" });
    while (asked.length) await settle();
  });
}

async function settle() {
  const { question, answer } = asked[0];
  answer(question === "encode" ? { codes: state.codes, image: IMAGE } : [IMAGE]);
  await last("encode");
}

test("what the visitor has not done does not count: an answer, or a stroke that was none", async () => {
  drawImage(IMAGE);
  const opened = openCodes(CODES);
  (await last("encode")).answer({ codes: [6, 6, 6, 6], image: IMAGE });
  beginStroke([1, 2], 2, false);
  takeBackStroke();
  while (asked.length) await settle();
  assert.equal(await opened, true);
  assert.deepEqual(state.codes, CODES);
});
