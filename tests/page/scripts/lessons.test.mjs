// When a lesson is solved, and what is said before: by the state alone.

import assert from "node:assert/strict";
import test from "node:test";

import { LESSONS } from "../../../vqdemo/ui/static/state/lessons/list.js";
import { isHook } from "../../../vqdemo/ui/static/state/lessons/hook.js";
import { lossOf } from "../../../vqdemo/ui/static/state/lessons/loss.js";

const CELLS = 49;
const SHAPE = [7, 7];
const grid = (...codes) => Array.from({ length: CELLS }, (_, cell) => codes[cell] ?? 0);
const image = (test) =>
  Uint8Array.from({ length: 784 }, (_, i) => (test(Math.floor(i / 28), i % 28) ? 255 : 0));
const tile = (rows) => Uint8Array.from(rows.join(""), (sign) => (sign === "#" ? 255 : 0));
const HOOK = tile(
  ["......", ".####.", "....#.", ".####.", ".#....", "......"].map((row) => row.padEnd(6, ".")),
);
const BAR = tile(["......", "..##..", "..##..", "..##..", "..##..", "......"]);

const BASE = {
  lesson: { start: { codes: grid(1, 2, 3), image: image(() => false) }, guess: null, outcome: null },
  modelInfo: { grid_shape: SHAPE, tiles: [BAR, BAR, BAR, BAR, HOOK] },
  drawing: { strokes: [{}] },
  selected: new Set(),
};
const sure = (codes, label, share = 0.9) => ({
  codes,
  probabilities: Array.from({ length: 10 }, (_, i) => (i === label ? share : 0)),
});
const check = (name, parts) => LESSONS.find((lesson) => lesson.name === name).check({ ...BASE, ...parts });
const says = (name, parts) => check(name, parts).says;

test("the loss of a drawing is told by cell and as a share of its ink", () => {
  const drawn = image((y) => y < 8);
  const { cells, share, ink } = lossOf(
    drawn,
    image((y) => y < 4),
    SHAPE,
  );
  assert.equal(share, 0.5);
  assert.equal(ink, 8 * 28);
  assert.deepEqual(
    cells,
    Array.from({ length: CELLS }, (_, cell) => (cell >= 7 && cell < 14 ? 16 : 0)),
  );
  assert.equal(lossOf(drawn, drawn, SHAPE).share, 0);
});

test("what is lost is found in one of the three worst cells", () => {
  const drawing = { strokes: [{}] };
  const loss = { drawing, image: BASE.lesson.start.image, cells: grid(4, 3, 2, 1), share: 0.1, ink: 40 };
  const now = { drawing, image: loss.image, loss };
  assert.equal(says("lost", { ...now, drawing: { strokes: [] } }), "draw");
  assert.equal(says("lost", { ...now, drawing: { strokes: [{}] } }), "waiting");
  assert.deepEqual(check("lost", now).parts, { share: 0.1 });
  for (const cell of [0, 1, 2]) assert.ok(check("lost", { ...now, selected: new Set([cell]) }).solved);
  const elsewhere = check("lost", { ...now, selected: new Set([3]) });
  assert.deepEqual([elsewhere.says, elsewhere.parts.share], ["elsewhere", 0.1]);
  assert.equal(says("lost", { ...now, selected: new Set([0, 1]) }), "choose");
  const bare = { ...loss, cells: grid(), share: 0, ink: 0 }; // the eraser has been all over the sheet
  assert.equal(says("lost", { ...now, loss: bare, selected: new Set([0]) }), "draw");
});

test("one code is changed when one cell differs, visibly", () => {
  const near = image((y, x) => y < 4 && x < 6);
  const codes = grid(9, 2, 3);
  const now = { codes, decodedCodes: codes, image: near };
  assert.equal(says("change", { ...now, codes: grid(1, 2, 3) }), "changed");
  assert.equal(says("change", { ...now, codes: grid(9, 9, 3) }), "changed");
  assert.equal(says("change", { ...now, codes: grid(-1, 2, 3) }), "unknown");
  assert.equal(says("change", { ...now, decodedCodes: null }), "waiting");
  assert.equal(says("change", { ...now, image: image(() => false) }), "alike");
  const { solved, parts } = check("change", now);
  assert.deepEqual([solved, parts.share.toFixed(3)], [true, (16 / 24).toFixed(3)]);
});

test("a 3 is an 8 once it reads so, and the score is the number of changed codes", () => {
  const codes = grid(9, 9, 3);
  assert.equal(says("eight", { codes, belief: null }), "waiting");
  assert.equal(says("eight", { codes, belief: sure(grid(1), 8) }), "waiting");
  assert.equal(says("eight", { codes: grid(-1), belief: sure(codes, 8) }), "unknown");
  const half = check("eight", { codes, belief: sure(codes, 8, 0.5) });
  assert.deepEqual([half.solved, half.parts], [false, { count: 2, share: 0.5 }]);
  const { solved, score } = check("eight", { codes, belief: sure(codes, 8) });
  assert.deepEqual([solved, score], [true, 2]);
});

test("few known cells of the start that still read as 5 are enough", () => {
  const known = (count) => BASE.lesson.start.codes.map((code, cell) => (cell < count ? code : -1));
  const at = (codes, share) => ({ codes, belief: sure(codes, 5, share) });
  assert.equal(says("erase", at(grid(9, 2, 3), 1)), "edited");
  assert.equal(says("erase", at(known(11), 0.9)), "more");
  assert.equal(says("erase", at(known(4), 0.7)), "unsure");
  const { solved, score } = check("erase", at(known(10), 0.9));
  assert.deepEqual([solved, score], [true, 10]);
});

test("a prediction is right when the first completion reads as it", () => {
  const lesson = (guess, outcome) => ({ lesson: { ...BASE.lesson, guess, outcome } });
  const seven = sure(null, 7).probabilities;
  assert.equal(says("predict", lesson(null, null)), "guess");
  assert.equal(says("predict", lesson(7, null)), "complete");
  assert.deepEqual(check("predict", lesson(1, seven)).parts, { digit: 7, guess: 1 });
  assert.ok(!check("predict", lesson(1, seven)).solved && check("predict", lesson(7, seven)).solved);
});

test("the prior's surprise decides what is broken", () => {
  const question = BASE.lesson.start.codes;
  const alternatives = (bits, more = {}) => ({
    question,
    settings: { temperature: 1.5 },
    list: [1, 2].map(() => ({ log_prob: -bits * CELLS * Math.LN2 })),
    ...more,
  });
  assert.equal(says("heat", { alternatives: null }), "complete");
  assert.equal(says("heat", { alternatives: alternatives(9, { question: grid(7) }) }), "complete");
  assert.equal(says("heat", { alternatives: alternatives(9, { list: [{ log_prob: null }] }) }), "waiting");
  const mild = check("heat", { alternatives: alternatives(2) });
  assert.deepEqual([mild.solved, mild.parts.bits.toFixed(6)], [false, "2.000000"]);
  assert.ok(check("heat", { alternatives: alternatives(3.1) }).solved);
});

test("a hook goes around something, and a bar does not", () => {
  assert.ok(isHook(HOOK) && !isHook(BAR));
  assert.equal(says("hook", { codes: grid(1, 2, 3) }), "none");
  assert.equal(says("hook", { codes: grid(-1, 2, 3) }), "none");
  assert.deepEqual(check("hook", { codes: grid(2, 2, 3) }).parts, { code: 2 });
  assert.ok(check("hook", { codes: grid(2, 4, 3) }).solved);
});

test("what the codes cannot keep has enough ink, its own codes, and a large loss", () => {
  const codes = grid(1);
  const at = (share, ink = 50, encoded = codes) => {
    const loss = { drawing: BASE.drawing, image: BASE.lesson.start.image, share, ink };
    return { codes, encoded, image: loss.image, loss };
  };
  assert.equal(says("unkept", { ...at(0.5), loss: null }), "waiting");
  assert.equal(says("unkept", at(0.5, 3)), "more");
  assert.equal(says("unkept", at(0.5, 50, grid(2))), "edited");
  assert.equal(says("unkept", at(0.2)), "kept");
  assert.ok(check("unkept", at(0.3)).solved);
});
