// What the prior says, as files: programs read back what the page knows.

import assert from "node:assert/strict";
import test from "node:test";

import * as exports from "../../../vqdemo/ui/static/state/exports.js";

const modelInfo = { id: "abc123", grid_shape: [2, 2], num_codes: 3 };
const question = [0, -1, -1, 2];
const list = [
  { codes: [0, 1, 1, 2], log_prob: -1.5 },
  { codes: [0, 2, 0, 2], log_prob: -2.25 },
];
const alternatives = { question, settings: { seed: 7, label: null }, order: [2, 1], list, adopted: 1 };
const probabilities = Float32Array.from([1, 0, 0, 0.25, 0.5, 0.25, 0.125, 0.125, 0.75, 0, 0, 1]);
const work = { modelInfo, codes: question, alternatives };
const table = (text) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));

test("alternatives as JSON", () => {
  const file = JSON.parse(exports.alternativesToJSON(work));
  assert.deepEqual(file.question, [
    [0, -1],
    [-1, 2],
  ]);
  assert.deepEqual(file.generation_order, [2, 1]);
  assert.deepEqual([file.settings, file.adopted, file.model], [alternatives.settings, 1, "abc123"]);
  assert.deepEqual(file.alternatives[1], {
    log_prob: -2.25,
    codes: [
      [0, 2],
      [0, 2],
    ],
  });
});

test("alternatives as CSV: a line each", () => {
  const [head, ...lines] = table(exports.alternativesToCSV(work));
  assert.deepEqual(head.slice(0, 4), ["alternative", "log_prob", "row1_column1", "row1_column2"]);
  assert.deepEqual(
    lines.map((line) => line.map(Number)),
    [
      [1, -1.5, 0, 1, 1, 2],
      [2, -2.25, 0, 2, 0, 2],
    ],
  );
});

test("conditionals as JSON: rows of columns of codes", () => {
  const file = JSON.parse(exports.conditionalsToJSON(work, probabilities, 4));
  assert.deepEqual(file.conditionals[0][1], [0.25, 0.5, 0.25]);
  assert.deepEqual(file.conditionals[1][0], [0.125, 0.125, 0.75]);
  assert.deepEqual(
    [file.label, file.codes],
    [
      4,
      [
        [0, -1],
        [-1, 2],
      ],
    ],
  );
});

test("conditionals as CSV: a line a cell, whose probabilities sum to one", () => {
  const [head, ...lines] = table(exports.conditionalsToCSV(work, probabilities));
  assert.deepEqual(head, ["row", "column", "code", "p0", "p1", "p2"]);
  assert.deepEqual(lines[2].map(Number), [2, 1, -1, 0.125, 0.125, 0.75]);
  for (const line of lines)
    assert.equal(
      line.slice(3).reduce((sum, p) => sum + Number(p), 0),
      1,
    );
});
