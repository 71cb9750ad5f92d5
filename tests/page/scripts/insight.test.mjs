// What-if: which codes are offered for a cell.

import assert from "node:assert/strict";
import test from "node:test";

import { UNKNOWN } from "../../../vqdemo/ui/static/state/grid.js";
import { OFFERED_CODES, offers } from "../../../vqdemo/ui/static/state/insight.js";

/** So many codes with falling probabilities, of which each draws its own grey: `step` apart. */
function codesOf(number, step) {
  const whole = (number * (number + 1)) / 2;
  return Array.from({ length: number }, (_, code) => ({
    code,
    probability: (number - code) / whole,
    image: new Uint8Array(4).fill(code * step),
  }));
}
const codesIn = (list) => list.flatMap(({ code, alike }) => [code, ...alike]).sort((a, b) => a - b);
const sum = (list) => list.reduce((total, { probability }) => total + probability, 0);

test("codes that draw different pictures are offered one by one, the likeliest first", () => {
  const list = offers(codesOf(5, 50), 3);
  assert.deepEqual(
    list.map(({ code, alike }) => [code, alike]),
    [0, 1, 2, 3, 4].map((code) => [code, []]),
  );
});

test("codes whose pictures cannot be told apart are one offer, with all their probability", () => {
  const codes = codesOf(5, 50);
  codes[4].image = codes[1].image.map((ink) => ink + 5);
  codes[3].image = codes[1].image.with(2, 255); // one pixel is enough to tell them apart
  const list = offers(codes, UNKNOWN);
  const group = list.find(({ code }) => code === 1);
  assert.deepEqual(group.alike, [4]);
  assert.equal(group.probability, codes[1].probability + codes[4].probability);
  assert.deepEqual(codesIn(list), [0, 1, 2, 3, 4]);
  assert.ok(Math.abs(sum(list) - 1) < 1e-9);
});

test("the present code stands for those that look like it", () => {
  const codes = codesOf(5, 50);
  codes[4].image = codes[1].image;
  const list = offers(codes, 4);
  assert.ok(list.every(({ code }) => code !== 1));
  assert.deepEqual(list.find(({ code }) => code === 4).alike, [1]);
});

for (const present of [UNKNOWN, 0, 5, 24]) {
  test(`no more than ${OFFERED_CODES} offers, with the present code ${present} among them`, () => {
    const list = offers(codesOf(25, 10), present);
    assert.ok(list.length <= OFFERED_CODES);
    if (present !== UNKNOWN) assert.equal(list.filter(({ code }) => code === present).length, 1);
    assert.deepEqual(
      list.map(({ probability }) => probability),
      list.map(({ probability }) => probability).sort((a, b) => b - a),
    );
  });
}
