// A picture before it becomes the drawing: frames stay within it, what is looked at says what is found, and of
// several pictures the last one brought is shown.

import assert from "node:assert/strict";
import test from "node:test";

import { framed, frameWithin, openPicture } from "../../../vqdemo/ui/static/state/framing.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";
import { state, update } from "../../../vqdemo/ui/static/state/store.js";

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

// ---- pictures that are brought ----

const decoding = []; // the pictures that the browser reads: {read(), refuse()}
globalThis.Image = class {
  naturalWidth = width;
  decode = () => new Promise((read, refuse) => decoding.push({ read, refuse }));
};
let grey = 150; // of what is drawn on a canvas that is as large as a picture
globalThis.ImageData = class {
  constructor(data) {
    this.data = data;
  }
};
globalThis.document = {
  createElement() {
    let put = null;
    const pen = {
      canvas: { width, height },
      drawImage() {},
      putImageData: (image) => (put = image),
      getImageData: () => put ?? { ...picture(), grey },
    };
    return { getContext: () => pen };
  },
};
const bring = (name) => openPicture(new File(["x"], name));

test("a picture that takes long does not replace one that was brought after it", async () => {
  setSentences(new Proxy({}, { get: (_, name) => `${String(name)} {name}` }));
  update({ modelInfo: /** @type {any} */ ({ max_upload_bytes: 1e6 }), framing: null, message: null });
  const [first, second] = [bring("first"), bring("second")];
  await null;
  grey = 2;
  decoding[1].read();
  await second;
  const { framing } = state;
  assert.equal(framing.picture.grey, 2);
  decoding[0].read();
  await first;
  assert.equal(state.framing, framing);
  const [third, fourth] = [bring("third"), bring("fourth")];
  await null;
  decoding[2].refuse();
  await third;
  assert.equal(state.message, null, "nothing of one that is no longer wanted");
  decoding[3].refuse();
  await fourth;
  assert.equal(state.message.text, "no_picture fourth");
});

test("what nobody thought of is told", async () => {
  globalThis.document = null;
  await bring("fifth");
  assert.equal(state.message.kind, "error");
});
