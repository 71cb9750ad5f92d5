// A picture before it becomes the drawing: frames stay within it, and what is looked at says what is found.

import assert from "node:assert/strict";
import test from "node:test";

import { framed, frameWithin } from "../../../vqdemo/ui/static/state/framing.js";

const [width, height] = [240, 120];

/** A dark bar at x = 60 and a light one at x = 180, on grey paper. */
function picture() {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const inside = y > 25 && y < 95;
    const value = inside && Math.abs(x - 60) < 6 ? 20 : inside && Math.abs(x - 180) < 6 ? 250 : 150;
    data.set([value, value, value, 255], 4 * i);
  }
  return { width, height, data };
}

test("what is looked at and which ink is meant decide which digit is found", () => {
  const left = framed(picture(), { crop: [20, 0, 110, 120] });
  const right = framed(picture(), { crop: [130, 0, 230, 120] });
  assert.deepEqual([left.found.ink, right.found.ink], ["dark", "light"]);
  for (const [{ found }, middle] of [
    [left, 60],
    [right, 180],
  ]) {
    const [l, t, r, b] = found.box;
    assert.ok(Math.abs((l + r) / 2 - middle) < 4 && t < 30 && b > 90);
    assert.ok(found.image[14 * 28 + 14] > 128, "the bar is in the middle");
  }
});

test("where nothing stands out, nothing is found, and the wishes stay", () => {
  const empty = framed(picture(), { crop: [90, 0, 150, 120], ink: "dark" });
  assert.deepEqual([empty.found, empty.crop, empty.ink], [null, [90, 0, 150, 120], "dark"]);
});

test("a frame stays within the picture, whole and not too small", () => {
  for (const wanted of [
    [-50, -50, 500, 500],
    [200, 100, 300, 200],
    [10.4, 10.6, 10.5, 10.7],
    [100, 100, 20, 20],
    [-30, -30, -20, -20],
  ]) {
    const [left, top, right, bottom] = frameWithin({ width, height }, wanted);
    assert.ok([left, top, right, bottom].every(Number.isInteger), String(wanted));
    assert.ok(left >= 0 && top >= 0 && right <= width && bottom <= height, String(wanted));
    assert.ok(right - left >= 8 && bottom - top >= 8, String(wanted));
  }
  const moved = frameWithin({ width, height }, [220, 10, 260, 50]);
  assert.deepEqual(moved, [200, 10, 240, 50], "moved against the edge it keeps its size");
});
