// Edits before the model is there, and strokes that should not have been.

import assert from "node:assert/strict";
import test from "node:test";

import { begin, rest } from "../../tools/networks.mjs";

const base = "../../../vqdemo/ui/static/state";
const { beginStroke, extendStroke, takeBackStroke, undo, writeCode, writeTyped } = await import(
  `${base}/edits.js`
);
const { openJSON } = await import(`${base}/files.js`);
const { openPicture } = await import(`${base}/framing.js`);
const { wholeHistory } = await import(`${base}/history.js`);
const { hush } = await import(`${base}/message.js`);
const { select } = await import(`${base}/selection.js`);
const { state } = await import(`${base}/store.js`);

test("before the model is there, neither a stroke nor a file does anything", async () => {
  beginStroke([1, 2], 2, false);
  extendStroke([[3, 4]]);
  takeBackStroke();
  await openPicture(new File(["x"], "x.png"));
  assert.equal(await openJSON(new File(["{}"], "x.json")), false);
  assert.deepEqual([state.drawing, state.canUndo, state.message], [null, false, null]);
  assert.deepEqual(wholeHistory().past, []);
});

test("a stroke that is taken back leaves redo as it was", async () => {
  await begin();
  writeCode(5, [0]);
  undo();
  assert.ok(state.canRedo);
  beginStroke([1, 2], 2, false);
  assert.ok(!state.canRedo);
  takeBackStroke();
  assert.ok(state.canRedo && !state.canUndo);
  await rest();
});

test("what was typed is written if it is a code, and else that is told", async () => {
  await begin();
  select([1]);
  for (const typed of ["abc", "-1", "1.5", "8", "1e0"]) {
    hush();
    writeTyped(typed);
    assert.equal(state.message?.text, "bad_code", typed);
    assert.equal(state.codes[1], 0);
  }
  writeTyped("7");
  assert.deepEqual([state.codes[1], state.message], [7, null]);
  await rest();
});

test("that cells are to be chosen is said until some are", async () => {
  select([]);
  writeTyped("abc");
  await rest();
  assert.equal(state.message?.text, "choose_first");
  select([2]);
  await rest();
  assert.equal(state.message, null);
});
