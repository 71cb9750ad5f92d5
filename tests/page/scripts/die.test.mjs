// The code's die against the sampler itself, on the bundled weights: at the number that is drawn for a cell,
// its needle points to the very code that the sampler puts there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { finished, pixelcnn } from "../../../vqdemo/ui/static/networks/pixelcnn.js";
import { sampling } from "../../../vqdemo/ui/static/networks/sampling.js";
import { seenOf, sightsOf } from "../../../vqdemo/ui/static/state/context.js";
import { codeAt, sharesOf } from "../../../vqdemo/ui/static/state/die.js";

const weights = new URL("../../../weights/", import.meta.url);
const config = JSON.parse(readFileSync(new URL("config.json", weights), "utf-8")).prior;
const { buffer, byteOffset, byteLength } = readFileSync(new URL("prior.safetensors", weights));
const file = buffer.slice(byteOffset, byteOffset + byteLength);
const prior = sampling(pixelcnn(file, config, { simd: true }));
const CELLS = config.grid ** 2;
const SEED = 5;

const [digit] = finished(prior.sample({ n: 1, label: 3, seed: 1 }));
const CHOICES = [
  { temperature: 1, top_p: 1, guidance: 0 },
  { temperature: 1.6, top_p: 0.8, guidance: 0 },
  { temperature: 0.7, top_p: 0.95, guidance: 1.5 },
];

for (const label of [3, null])
  for (const choice of CHOICES)
    test(`a cell drawn with ${JSON.stringify({ label, ...choice })}`, () => {
      const order = [...Array(CELLS).keys()].filter((cell) => cell % 7 > 3); // unknown
      if (config.backward) order.reverse();
      const question = digit.map((code, cell) => (order.includes(cell) ? -1 : code));
      const grids = finished(prior.complete({ codes: question, n: 6, label, seed: SEED, ...choice }));
      grids.forEach((grid, first) => {
        for (const at of [0, 7, order.length - 1]) {
          const cell = order[at];
          const codes = grid.map((code, other) => (order.indexOf(other) < at ? code : -1));
          const drawn = { ...choice, codes: question, first, seed: SEED };
          const die = finished(prior.die({ codes, cell, label, drawn }));
          assert.equal(codeAt(die.needle, sharesOf(die, choice)), grid[cell]);
        }
      });
    });

test("of a blind completion it is the die of what is before the cell alone", () => {
  const choice = { temperature: 1, top_p: 1, guidance: 0.5 };
  const order = [...Array(CELLS).keys()];
  if (config.backward) order.reverse();
  const question = digit.map((code, cell) => (cell % 7 > 3 ? -1 : code));
  const asked = { codes: question, n: 4, label: 3, seed: SEED, ...choice };
  finished(prior.complete({ ...asked, blind: true })).forEach((grid, first) => {
    for (const cell of order.filter((cell) => question[cell] < 0).slice(2, 20)) {
      const codes = seenOf(grid, sightsOf(cell, question, order, true));
      const die = finished(prior.die({ codes, cell, label: 3, drawn: { ...asked, first } }));
      assert.equal(codeAt(die.needle, sharesOf(die, choice)), grid[cell]);
    }
  });
});

test("without a setting it is what is expected in the cell, whatever its own code", () => {
  const plain = { temperature: 1, top_p: 1, guidance: 0 };
  const { num_codes } = config;
  for (const label of [3, null]) {
    const expected = finished(prior.conditionals({ codes: digit, label }));
    for (const cell of [0, 17, 30]) {
      const shares = sharesOf(finished(prior.die({ codes: digit, cell, label })), plain);
      shares.forEach((share, code) => assert.ok(Math.abs(share - expected[cell * num_codes + code]) < 5e-3));
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
    }
  }
});

test("a higher temperature makes the likeliest code less so, top-p leaves codes out", () => {
  const die = finished(prior.die({ codes: digit, cell: 24, label: 3 }));
  const most = (temperature) => Math.max(...sharesOf(die, { temperature, top_p: 1, guidance: 0 }));
  assert.ok(most(0.5) > most(1) && most(1) > most(2));
  const kept = sharesOf(die, { temperature: 1, top_p: 0.5, guidance: 0 }).filter((share) => share > 0);
  assert.ok(kept.length < config.num_codes / 2);
});

test("a cell that there is not is refused", () => {
  const asked = { codes: digit, cell: CELLS };
  assert.throws(() => finished(prior.die(asked)), /cell must be from 0 to 48, not 49/);
});
