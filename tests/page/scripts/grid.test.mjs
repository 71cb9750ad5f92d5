// Grids of codes: cells, parts, distributions.

import assert from "node:assert/strict";
import test from "node:test";

import {
  cellBeside,
  cellsOfPart,
  differingCells,
  distributionIn,
  entropyOf,
  placeOf,
  rectangle,
  sameCodes,
  toRows,
  UNKNOWN,
  withoutUnknown,
} from "../../../vqdemo/ui/static/state/grid.js";

const SHAPES = [
  [7, 7],
  [4, 4],
  [14, 14],
  [3, 5],
];

test("halves are disjoint, and with the middle row or column they are all cells", () => {
  for (const [rows, columns] of SHAPES) {
    for (const [one, other, middle] of [
      ["top", "bottom", rows % 2 ? columns : 0],
      ["left", "right", columns % 2 ? rows : 0],
    ]) {
      const [a, b] = [one, other].map((name) => cellsOfPart(name, [rows, columns]));
      assert.equal(new Set([...a, ...b]).size, a.length + b.length);
      assert.equal(a.length, b.length);
      assert.equal(a.length + b.length + middle, rows * columns);
    }
  }
});

test("no two cells of the checkerboard touch", () => {
  for (const shape of SHAPES) {
    const cells = new Set(cellsOfPart("checker", shape));
    for (const cell of cells) {
      for (const [down, right] of [
        [0, 1],
        [1, 0],
      ]) {
        assert.ok(!cells.has(cellBeside(cell, down, right, shape)));
      }
    }
  }
});

test("a rectangle is the same from either corner, and has the cells between them", () => {
  assert.deepEqual(rectangle(9, 23, [7, 7]), [9, 16, 23]);
  assert.deepEqual(rectangle(1, 7, [7, 7]), [0, 1, 7, 8]);
  assert.deepEqual(rectangle(30, 3, [7, 7]), rectangle(3, 30, [7, 7]));
});

test("a step and the step back end where they began, and none leads over the border", () => {
  for (const [rows, columns] of SHAPES) {
    for (let cell = 0; cell < rows * columns; cell++) {
      const [row, column] = placeOf(cell, columns);
      const right = cellBeside(cell, 0, 1, [rows, columns]);
      assert.equal(right === null, column === columns - 1);
      if (right !== null) assert.equal(cellBeside(right, 0, -1, [rows, columns]), cell);
      assert.equal(cellBeside(cell, -1, 0, [rows, columns]) === null, row === 0);
    }
  }
});

test("unknown cells are decoded without ink, all others as they are", () => {
  const codes = [5, UNKNOWN, 0, UNKNOWN];
  assert.deepEqual(withoutUnknown(codes, { background: 9 }), [5, 9, 0, 9]);
  assert.deepEqual(codes, [5, UNKNOWN, 0, UNKNOWN]);
  assert.ok(sameCodes(codes, [...codes]) && !sameCodes(codes, [5, UNKNOWN, 0, 1]));
});

test("grids differ in cells, told in reading order, and a grid does not differ from itself", () => {
  assert.deepEqual(differingCells([5, UNKNOWN, 0, 3], [4, UNKNOWN, 0, UNKNOWN]), [0, 3]);
  assert.deepEqual(differingCells([5, UNKNOWN, 0], [5, UNKNOWN, 0]), []);
});

test("rows are the grid again", () => {
  assert.deepEqual(toRows([1, 2, 3, 4, 5, 6], 3), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test("entropy is ln K where all codes are equally likely, and 0 where one is certain", () => {
  const probabilities = new Float32Array([0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0]);
  assert.ok(Math.abs(entropyOf(distributionIn(0, probabilities, 4)) - Math.log(4)) < 1e-6);
  assert.equal(entropyOf(distributionIn(1, probabilities, 4)), 0);
});
