// Where arrow keys lead in a grid of cells.

import assert from "node:assert/strict";
import test from "node:test";

import { ARROWS, cellByKey } from "../../../vqdemo/ui/static/views/parts/arrow_keys.js";

const SHAPE = /** @type {[number, number]} */ ([3, 5]);
const pressed = (key, held = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...held });
const after = (key, from) => cellByKey(pressed(key), from, SHAPE);

test("an arrow leads to the cell beside", () => {
  const wanted = { ArrowLeft: 6, ArrowRight: 8, ArrowUp: 2, ArrowDown: 12 };
  for (const [key, cell] of Object.entries(wanted)) assert.equal(after(key, 7), cell);
});

test("none leads over the border, nor to another row", () => {
  assert.equal(after("ArrowLeft", 5), null);
  assert.equal(after("ArrowRight", 9), null);
  assert.equal(after("ArrowUp", 4), null);
  assert.equal(after("ArrowDown", 10), null);
});

test("other keys, and the browser's own, lead nowhere", () => {
  for (const key of ["a", " ", "Home", "Enter"]) assert.equal(after(key, 7), undefined);
  for (const key of Object.keys(ARROWS))
    for (const held of ["ctrlKey", "altKey", "metaKey"])
      assert.equal(cellByKey(pressed(key, { [held]: true }), 7, SHAPE), undefined);
});
