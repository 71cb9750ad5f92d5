// A link brings back what it was made of; a damaged one is refused.

import assert from "node:assert/strict";
import test from "node:test";

import { linkTo, readLink, withoutLink } from "../../../vqdemo/ui/static/state/link.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";

setSentences({
  bad_link: "This link is damaged: {cells} cells, codes up to {last}.",
  bad_link_question: "The question is damaged.",
  bad_link_setting: "{setting} is “{value}”, which is no number.",
  link_setting_changed: "{setting} {value} is here {used}.",
  link_of_others: "This link is of other weights.",
});
const PAGE = "https://example.org/space/?__theme=dark#top";
const SETTINGS = { label: null, n: 4, temperature: 0.85, top_p: 1, guidance: 1.23, seed: 77 };

const modelOf = (cells, numCodes) => ({
  id: "abc123",
  num_codes: numCodes,
  labels: Array(10).fill("a label"),
  max_alternatives: 16,
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
    assert.deepEqual(read, { codes, question: null, settings: SETTINGS, otherModel: false, faults: [] });
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
  const [fault] = readLink(link, modelOf(49, 128)).faults;
  assert.match(fault, /of other weights/);
  const [damaged] = readLink(link.replace("m=old", "m=abc123"), modelOf(49, 128)).faults;
  assert.match(damaged, /damaged/);
});

// ---- links that have been through mails and chats ----

const WHOLE = linkTo(
  { modelInfo: modelOf(49, 64), codes: gridOf(49, 64), alternatives: null, settings: SETTINGS },
  "https://example.org/",
);
for (const [what, address] of [
  ["escaped as HTML", WHOLE.replaceAll("&", "&amp;")],
  ["at the end of a bracket", `${WHOLE})`],
  ["at the end of a sentence", `${WHOLE}.`],
  ["with a parameter of a mail service", `${WHOLE}&utm_source=mail`],
  ["with what a chat appends", `${WHOLE}?fbclid=x`],
  ["with parameters before it", WHOLE.replace("?", "?ref=x&amp;")],
]) {
  test(`a link ${what} is whole`, () => {
    const read = readLink(address, modelOf(49, 64));
    assert.deepEqual(read, readLink(WHOLE, modelOf(49, 64)));
    assert.deepEqual(read.faults, []);
    assert.ok(!withoutLink(address).includes("g="));
  });
}

test("a grid at the end of a bracket is whole", () => {
  const read = readLink(`https://example.org/?g=${"A".repeat(49)})`, modelOf(49, 64));
  assert.deepEqual(read.codes, Array(49).fill(0));
});

for (const [query, codes, fault] of [
  ["g=abc", false, "49 cells, codes up to 63"],
  [`g=${"A".repeat(48)}!`, false, "49 cells"],
  [`g=${"A".repeat(48)}é`, false, "49 cells"],
  [`g=${"A".repeat(50)}`, false, "49 cells"],
  [`g=${"A".repeat(49)}&q=abc`, true, "question is damaged"],
  [`g=${"A".repeat(49)}&s=x`, true, "seed is “x”"],
  [`g=${"A".repeat(49)}&t=Infinity`, true, "temperature is “Infinity”"],
  [`g=${"A".repeat(49)}&t=-1`, true, "temperature -1 is here 0.001"],
  [`g=${"A".repeat(49)}&n=400`, true, "n 400 is here 16"],
  [`g=${"A".repeat(49)}&d=77`, true, "label 77 is here 9"],
]) {
  test(`what is good of ${query} is read, and what is not is told`, () => {
    const read = readLink(`https://example.org/?${query}`, modelOf(49, 64));
    assert.equal(Boolean(read.codes), codes);
    assert.equal(read.faults.length, 1);
    assert.ok(read.faults[0].includes(fault), read.faults[0]);
  });
}

test("a code that the model does not have is told", () => {
  const read = readLink(`https://example.org/?g=${"_".repeat(49)}`, modelOf(49, 16));
  assert.equal(read.codes, null);
});
