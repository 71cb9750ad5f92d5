// A link brings back what it was made of; a damaged one is refused.

import assert from "node:assert/strict";
import test from "node:test";

import { linkTo, readLink, withoutLink } from "../../../vqdemo/ui/static/state/link.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";

setSentences({ bad_link: "This link is damaged.", link_of_others: "This link is of other weights." });
const PAGE = "https://example.org/space/?__theme=dark#top";
const SETTINGS = { label: null, n: 4, temperature: 0.85, top_p: 1, guidance: 1.23, seed: 77 };

const modelOf = (cells, numCodes) => ({
  id: "abc123",
  num_codes: numCodes,
  blank: { codes: Array(cells).fill(0) },
});
const gridOf = (cells, numCodes) => Array.from({ length: cells }, (_, i) => ((i * 37) % (numCodes + 1)) - 1);

for (const [cells, numCodes] of [
  [49, 64],
  [49, 128],
  [196, 16],
  [16, 5000],
]) {
  test(`${cells} cells of ${numCodes} codes, with unknown ones`, () => {
    const modelInfo = modelOf(cells, numCodes);
    const codes = gridOf(cells, numCodes);
    const work = { modelInfo, codes, alternatives: null, settings: SETTINGS };
    const read = readLink(linkTo(work, PAGE), modelInfo);
    assert.deepEqual(read, { codes, question: null, settings: SETTINGS, otherModel: false });
  });
}

test("with alternatives, the link has their question and their settings", () => {
  const modelInfo = modelOf(49, 64);
  const question = gridOf(49, 64);
  const alternatives = { question, settings: { ...SETTINGS, label: 3, seed: 5 } };
  const work = { modelInfo, codes: Array(49).fill(1), alternatives, settings: SETTINGS };
  const read = readLink(linkTo(work, PAGE), modelInfo);
  assert.deepEqual(read.question, question);
  assert.deepEqual(read.settings, alternatives.settings);
});

test("an address without a grid is no link", () => {
  assert.equal(readLink(PAGE, modelOf(49, 64)), null);
});

test("without the link, the rest of the address stays", () => {
  const link = new URL(
    linkTo({ modelInfo: modelOf(1, 64), codes: [0], alternatives: null, settings: SETTINGS }, PAGE),
  );
  link.searchParams.set("__theme", "dark");
  assert.equal(withoutLink(link.href), "https://example.org/space/?__theme=dark");
});

test("other weights are told", () => {
  const modelInfo = modelOf(49, 64);
  assert.equal(readLink(`${PAGE.split("#")[0]}&g=${"B".repeat(49)}&m=other`, modelInfo).otherModel, true);
});

test("a link of other weights that cannot be read here is not called damaged", () => {
  const old = { ...modelOf(49, 64), id: "old" };
  const work = { modelInfo: old, codes: gridOf(49, 64), alternatives: null, settings: SETTINGS };
  const link = linkTo(work, PAGE);
  assert.throws(() => readLink(link, modelOf(49, 128)), /of other weights/);
  assert.throws(() => readLink(link.replace("m=old", "m=abc123"), modelOf(49, 128)), /damaged/);
});

for (const query of [
  "g=abc",
  `g=${"A".repeat(48)}!`,
  `g=${"A".repeat(48)}é`,
  `g=${"A".repeat(49)}&q=abc`,
  `g=${"A".repeat(49)}&s=x`,
  `g=${"A".repeat(49)}&t=-1`,
  `g=${"A".repeat(49)}&t=Infinity`,
]) {
  test(`refused: ${query}`, () => {
    assert.throws(() => readLink(`https://example.org/?${query}`, modelOf(49, 64)), /damaged/);
  });
}

test("a code that the model does not have is refused", () => {
  assert.throws(() => readLink(`https://example.org/?g=${"_".repeat(49)}`, modelOf(49, 16)), /damaged/);
});
