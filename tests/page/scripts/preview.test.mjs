// A completion on show before it is kept: filled in generation order, looked at and left, never an edit.

import assert from "node:assert/strict";
import test from "node:test";

import { redo, undo } from "../../../vqdemo/ui/static/state/edits.js";
import { keep, letGo } from "../../../vqdemo/ui/static/state/completions.js";
import { endGlance, fillIn, glance } from "../../../vqdemo/ui/static/state/playback.js";
import {
  atRest,
  begun,
  currentCell,
  filledAfter,
  filledTo,
  glanceAt,
  isWhole,
  shownCodes,
  whole,
  withNextCell,
} from "../../../vqdemo/ui/static/state/preview.js";
import { state, update } from "../../../vqdemo/ui/static/state/store.js";

const question = [5, -1, 7, -1, -1];
const order = [4, 1, 3]; // not reading order
const list = [
  { codes: [5, 10, 7, 11, 12], image: new Uint8Array(1), log_prob: -3 },
  { codes: [5, 20, 7, 21, 22], image: new Uint8Array(2), log_prob: -4 },
];
const alternatives = { question, order, list, settings: null, adopted: null };

test("cells are filled in generation order, and the current one is the last of them", () => {
  const empty = begun(alternatives, 0);
  assert.deepEqual(empty.codes, question);
  assert.equal(currentCell(empty), null);
  const two = filledTo(empty, 2);
  assert.deepEqual(two.codes, [5, 10, 7, -1, 12]);
  assert.equal(currentCell(two), 1);
  assert.ok(!isWhole(two) && isWhole(whole(two)));
  assert.deepEqual(whole(two).codes, list[0].codes);
  assert.equal(currentCell(whole(two)), null);
});

test("a watched cell comes with the distribution that its code was sampled from", () => {
  const distribution = new Float32Array(23).fill(0);
  distribution[12] = distribution[3] = 0.5;
  const one = withNextCell(begun(alternatives, 0), distribution);
  assert.deepEqual(one.chosen, { code: 12, probability: 0.5, entropy: one.entropies[0] });
  assert.ok(Math.abs(one.entropies[0] - Math.log(2)) < 1e-6);
});

test("all cells are filled within a second, however many there are", () => {
  for (const count of [1, 9, 49, 400]) {
    assert.equal(filledAfter(0, count), 0);
    assert.equal(filledAfter(1000, count), count);
    for (let ms = 0; ms < 1000; ms++) assert.ok(filledAfter(ms, count) <= filledAfter(ms + 1, count));
  }
});

test("after a glance, what was shown before comes back", () => {
  const shown = whole(begun(alternatives, 0));
  const glanced = glanceAt(shown, alternatives, 1);
  assert.deepEqual(glanced.codes, list[1].codes);
  assert.deepEqual(atRest(glanced).codes, list[0].codes);
  assert.deepEqual(atRest(glanceAt(glanced, alternatives, 0)).codes, list[0].codes, "through several");
  assert.equal(atRest(glanceAt(null, alternatives, 1)), null);
  const watched = { ...filledTo(shown, 1), watched: true, playing: true };
  const later = atRest(glanceAt(watched, alternatives, 1));
  assert.deepEqual([later.at, later.playing], [1, false], "watching waits");
  assert.ok(isWhole(atRest(glanceAt(filledTo(shown, 1), alternatives, 1))));
});

const drawing = { base: null, place: [0, 0, 1], strokes: [] };

function ask() {
  update({ modelInfo: { background: 0, blank: { codes: question } }, drawing, encodedDrawing: drawing });
  update({ codes: question, encoded: [5, 6, 7, 8, 9], decodedCodes: question, alternatives, preview: null });
}

test("the first alternative is filled in, and is no edit until it is kept", async () => {
  ask();
  const steps = [];
  const done = fillIn(0);
  while (!isWhole(state.preview)) {
    steps.push(state.preview.at);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await done;
  assert.ok(new Set(steps).size > 1, "cell by cell");
  assert.equal(state.codes, question);
  assert.deepEqual(shownCodes(state), list[0].codes);
  keep();
  assert.equal(state.codes, list[0].codes);
  assert.deepEqual([state.preview, state.alternatives.adopted], [null, 0]);
  undo();
  assert.equal(state.codes, question);
  assert.equal(state.preview, null);
  redo();
  assert.equal(state.codes, list[0].codes);
});

test("undo and Escape take back a preview before any edit", () => {
  for (const takeBack of [undo, letGo]) {
    ask();
    update({ preview: whole(begun(alternatives, 1)) });
    takeBack();
    assert.equal(state.preview, null);
    assert.equal(state.codes, question);
  }
});

test("Escape after keeping brings the unknown cells back, and undo the completion", () => {
  ask();
  keep(1);
  letGo();
  assert.deepEqual([state.codes, state.alternatives.adopted], [question, null]);
  undo();
  assert.deepEqual([state.codes, state.alternatives.adopted], [list[1].codes, 1]);
});

test("a glance over a kept one leaves it, and keeping it again is no step of undo", () => {
  ask();
  keep(0);
  glance(1);
  assert.equal(state.codes, list[0].codes);
  endGlance();
  assert.equal(state.preview, null);
  glance(1);
  undo(); // of the edit: a glance is nothing to take back
  assert.equal(state.codes, question);
  keep(0);
  keep(0);
  undo();
  assert.equal(state.codes, question);
});

test("an edit of drawing or grid drops the preview", () => {
  ask();
  update({ preview: whole(begun(alternatives, 0)) });
  update({ codes: question.with(0, 1) });
  assert.equal(state.preview, null);
  ask();
  update({ preview: whole(begun(alternatives, 0)) });
  update({ drawing: { ...drawing } });
  assert.equal(state.preview, null);
});
