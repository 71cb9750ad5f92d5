// Distances between distributions, and averages of pictures.

import assert from "node:assert/strict";
import test from "node:test";

import { divergence } from "../../../vqdemo/ui/static/state/bits.js";
import { average } from "../../../vqdemo/ui/static/state/ghost.js";

test("the divergence is in bits, 0 between equals, and has a direction", () => {
  const [even, sure] = [Float32Array.of(0.5, 0.5), Float32Array.of(1, 0)];
  assert.equal(divergence(even, even), 0);
  assert.equal(divergence(sure, even), 1);
  assert.ok(divergence(even, sure) > 10);
});

test("the average of pictures", () => {
  assert.deepEqual([...average([Uint8Array.of(0, 255), Uint8Array.of(10, 255)])], [5, 255]);
});
