// The work, its history, and both as text: undo brings back exactly what was, also after a reload.

import assert from "node:assert/strict";
import test from "node:test";

import { dropStep, recordStep, restoreHistory, step, wholeHistory } from "../../../vqdemo/ui/static/state/history.js";
import { pack, unpack } from "../../../vqdemo/ui/static/state/pack.js";
import { state, update, watch } from "../../../vqdemo/ui/static/state/store.js";

const image = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
const drawing = {
  base: image,
  place: [0, 0, 1],
  strokes: [
    {
      points: [
        [1, 2.5],
        [3, 4],
      ],
      width: 2.4,
      erase: false,
    },
  ],
};

test("undo and redo are inverse, and a new step ends redo", () => {
  update({ codes: [1] });
  for (const code of [2, 3, 4]) {
    recordStep();
    update({ codes: [code] });
  }
  assert.ok(step(true) && step(true));
  assert.deepEqual(state.codes, [2]);
  assert.ok(step(false));
  assert.deepEqual(state.codes, [3]);
  assert.ok(state.canUndo && state.canRedo);
  recordStep();
  assert.ok(!state.canRedo && !step(false));
});

test("a step that should not have been leaves no trace, unless another one came after it", () => {
  update({ codes: [1] });
  const { past } = wholeHistory();
  const stroke = recordStep();
  update({ codes: [2] });
  assert.equal(dropStep(stroke), true);
  assert.deepEqual([state.codes, wholeHistory().past], [[1], past]);
  const earlier = recordStep();
  update({ codes: [3] });
  recordStep();
  update({ codes: [4] });
  assert.equal(dropStep(earlier), false);
  assert.deepEqual(state.codes, [4]);
});

test("a history of many steps forgets the oldest only", () => {
  for (let i = 0; i < 1000; i++) {
    recordStep();
    update({ codes: [i] });
  }
  const { past, now } = wholeHistory();
  assert.deepEqual(now.codes, [999]);
  assert.deepEqual(past.at(-1).codes, [998]);
  assert.ok(past.length < 1000);
});

test("listeners hear once of all changes of one event, and only of what they watch", async () => {
  const heard = [];
  watch(["view", "speed"], ({ view, speed }) => heard.push([view, speed]));
  update({ view: "how" });
  update({ speed: 3 });
  update({ theme: state.theme + 1 });
  await null;
  update({ surprise: true });
  update({ view: "how" });
  await null;
  assert.deepEqual(heard, [
    ["bench", 8],
    ["how", 3],
  ]);
});

test("packed text gives the same values back, and what was one object stays one", () => {
  const root = {
    past: [
      { drawing, image },
      { drawing, image: null },
    ],
    now: { drawing, codes: [1, -1] },
    label: null,
  };
  const text = pack(root);
  const copy = unpack(text);
  assert.deepEqual(copy, root);
  assert.equal(copy.past[0].drawing, copy.now.drawing);
  assert.equal(copy.past[0].image, copy.now.drawing.base);
  assert.ok(text.length < 2 * pack(drawing).length, "the drawing is written once");
});

test("a history survives packing", () => {
  restoreHistory({ past: [], future: [], now: { ...wholeHistory().now, drawing, codes: [7] } });
  recordStep();
  update({ codes: [8] });
  const kept = unpack(pack(wholeHistory()));
  update({ codes: [9] });
  restoreHistory(kept);
  assert.deepEqual(state.codes, [8]);
  assert.ok(step(true));
  assert.deepEqual(state.codes, [7]);
  assert.deepEqual(state.drawing, drawing);
});
