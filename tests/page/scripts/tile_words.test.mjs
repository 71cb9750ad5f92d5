// What a code draws, in words: made of tiles whose look is known.

import assert from "node:assert/strict";
import test from "node:test";

import { setSentences } from "../../../vqdemo/ui/static/state/message.js";
import { lookOf, tileInWords } from "../../../vqdemo/ui/static/views/parts/tile_words.js";

const SIDE = 12; // of which the middle 4 are the code's own

/** A tile with ink wherever `distance(x, y)`, measured from its centre, is at most `width`. */
const tile = (distance, width = 1.2) =>
  Array.from({ length: SIDE ** 2 }, (_, i) => {
    const [x, y] = [(i % SIDE) - (SIDE - 1) / 2, Math.floor(i / SIDE) - (SIDE - 1) / 2];
    return Math.round(255 * Math.min(Math.max(width + 0.5 - Math.abs(distance(x, y)), 0), 1));
  });
const rotate = (ink) => ink.map((_, i) => ink[(SIDE - 1 - (i % SIDE)) * SIDE + Math.floor(i / SIDE)]); // clockwise
const mirror = (ink) => ink.map((_, i) => ink[i - (i % SIDE) + SIDE - 1 - (i % SIDE)]);

const DOWN = tile((x) => x);
const RISING = tile((x, y) => (x + y) / Math.SQRT2);
const DOWN_AT_THE_RIGHT = tile((x) => x - 2.2);

test("strokes are told by their direction and place", () => {
  const middle = { vertical: "middle", horizontal: "middle" };
  assert.deepEqual(lookOf(DOWN), { ink: "stroke", direction: "down", ...middle });
  assert.deepEqual(lookOf(rotate(DOWN)), { ink: "stroke", direction: "across", ...middle });
  assert.deepEqual(lookOf(RISING), { ink: "stroke", direction: "rising", ...middle });
  assert.deepEqual(lookOf(mirror(RISING)), { ink: "stroke", direction: "falling", ...middle });
});

test("a stroke that is turned or mirrored is at the side where it went", () => {
  const placeOf = (ink) => [lookOf(ink).vertical, lookOf(ink).horizontal];
  assert.deepEqual(placeOf(DOWN_AT_THE_RIGHT), ["middle", "right"]);
  assert.deepEqual(placeOf(mirror(DOWN_AT_THE_RIGHT)), ["middle", "left"]);
  assert.deepEqual(placeOf(rotate(DOWN_AT_THE_RIGHT)), ["bottom", "middle"]);
  const corner = tile((x, y) => (x + y) / Math.SQRT2 - 2);
  assert.deepEqual(placeOf(corner), ["bottom", "right"]);
  assert.deepEqual(placeOf(mirror(corner)), ["bottom", "left"]);
});

test("no ink, ink everywhere and ink without a direction are told apart", () => {
  assert.equal(lookOf(tile(() => 9)).ink, "none");
  assert.equal(lookOf(tile(() => 0)).ink, "full");
  assert.equal(lookOf(tile(Math.hypot, 1.4)).ink, "bend");
  assert.equal(lookOf(tile((x) => x - 4)).ink, "none", "what is beside the middle is not drawn by the code");
});

test("the words are those of the page's language", () => {
  setSentences({ tile_down: "stroke down, {place}", tile_middle_right: "right" });
  assert.equal(tileInWords(DOWN_AT_THE_RIGHT), "stroke down, right");
});
