// Files of codes: what is saved can be opened again, and anything else is refused with its reason.

import assert from "node:assert/strict";
import test from "node:test";

import { fromJSON, toJSON, toText } from "../../../vqdemo/ui/static/state/files.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";

setSentences({ no_json: "no JSON", no_grid: "no grid", bad_setting: "bad setting {setting}" });
const SETTINGS = { label: null, n: 4, temperature: 0.85, top_p: 1, guidance: 0, seed: 7 };
const LABELS = ["0", "1", "2"];
const MODEL = { id: "abc123", grid_shape: [2, 3], num_codes: 12, labels: LABELS, max_alternatives: 16 };
const CODES = [0, -1, 11, 3, 4, 5];
const work = { modelInfo: MODEL, codes: CODES, settings: SETTINGS };

test("JSON and back", () => {
  assert.deepEqual(fromJSON(toJSON(work), work), { codes: CODES, settings: SETTINGS });
});

test("settings that the file does not have stay", () => {
  const content = JSON.stringify({
    codes: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    settings: { seed: 99 },
  });
  assert.deepEqual(fromJSON(content, work).settings, { ...SETTINGS, seed: 99 });
});

test("settings beyond what is allowed become the nearest that is", () => {
  const content = JSON.stringify({ ...JSON.parse(toJSON(work)), settings: { n: 400, top_p: 7 } });
  assert.deepEqual(fromJSON(content, work).settings, { ...SETTINGS, n: 16, top_p: 1 });
});

test("text has a line a row, all equally long", () => {
  assert.equal(toText(work), " 0  ? 11\n 3  4  5\n");
});

for (const [content, fault] of [
  ["{codes", /no JSON/],
  ["null", /no grid/],
  ["[1, 2]", /no grid/],
  ['{"codes": [[0, 1, 2]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4, 12]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4, -2]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4, 0.5]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4, "5"]]}', /no grid/],
  ['{"codes": [[0, 1, 2], [3, 4, 5]], "settings": {"temperature": "hot"}}', /bad setting temperature/],
  ['{"codes": [[0, 1, 2], [3, 4, 5]], "settings": {"seed": -1}}', /bad setting seed/],
]) {
  test(`refused: ${content}`, () => assert.throws(() => fromJSON(content, work), fault));
}
