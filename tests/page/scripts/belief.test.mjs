// What probabilities of labels say in words.

import assert from "node:assert/strict";
import test from "node:test";

import { reading } from "../../../vqdemo/ui/static/state/belief.js";

const of = (shares) => Object.assign(Array(10).fill(0), shares);

test("one likely label is what the digit reads as", () => {
  assert.deepEqual(reading(of({ 3: 0.95, 8: 0.05 })), { kind: "sure", labels: [3] });
});

test("two or three that are likely are named, the likeliest first", () => {
  assert.deepEqual(reading(of({ 3: 0.3, 8: 0.65, 5: 0.05 })), { kind: "perhaps", labels: [8, 3] });
  assert.deepEqual(reading(of({ 1: 0.3, 4: 0.4, 9: 0.3 })), { kind: "perhaps", labels: [4, 1, 9] });
});

test("where many are possible it reads as none", () => {
  assert.deepEqual(reading(Array(10).fill(0.1)), { kind: "open", labels: [] });
  assert.deepEqual(reading(Array(20).fill(0.05)), { kind: "open", labels: [] });
});
