// A link brings back what it was made of, the pen's strokes too where they are short enough; of a damaged one
// the good parts are used, and the others told.

import assert from "node:assert/strict";
import test from "node:test";

import { linkTo, readLink, withoutLink } from "../../../vqdemo/ui/static/state/link.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";
import { fromText, toText } from "../../../vqdemo/ui/static/state/stroke_text.js";

setSentences({
  bad_link: "damaged: grid",
  bad_link_question: "damaged: question",
  bad_link_setting: "damaged: {setting}",
  bad_link_strokes: "damaged: drawing",
  link_setting_changed: "changed: {setting} {value} to {used}",
  link_of_others: "This link is of other weights.",
});
const PAGE = "https://example.org/space/?__theme=dark#top";
const SETTINGS = { label: null, n: 4, temperature: 0.85, top_p: 1, guidance: 1.23, seed: 77 };
const NOTHING = { base: null, place: [0, 0, 1], strokes: [] };
const EXAMPLES = [3, 5].map((seed) => ({
  drawing: Uint8Array.from({ length: 784 }, (_, i) => (i * seed) % 256),
}));

const modelOf = (cells, numCodes) => ({
  id: "abc123",
  num_codes: numCodes,
  blank: { codes: Array(cells).fill(0) },
  labels: [..."0123456789"],
  max_alternatives: 16,
  examples: EXAMPLES,
});
const gridOf = (cells, numCodes) => Array.from({ length: cells }, (_, i) => ((i * 37) % (numCodes + 1)) - 1);
const workOf = (parts = {}) => {
  const modelInfo = modelOf(49, 64);
  const codes = Array(49).fill(1);
  return { modelInfo, codes, drawing: NOTHING, alternatives: null, settings: SETTINGS, ...parts };
};
const read = (work) => readLink(linkTo(work, PAGE).href, work.modelInfo);

for (const [cells, numCodes] of [
  [49, 64],
  [49, 128],
  [196, 16],
  [16, 5000],
]) {
  test(`${cells} cells of ${numCodes} codes, with unknown ones`, () => {
    const codes = gridOf(cells, numCodes);
    const back = read(workOf({ modelInfo: modelOf(cells, numCodes), codes }));
    assert.deepEqual(back, {
      codes,
      question: null,
      drawing: null,
      settings: SETTINGS,
      otherModel: false,
      faults: [],
    });
  });
}

test("with alternatives, the link has their question and their settings", () => {
  const question = gridOf(49, 64);
  const alternatives = { question, settings: { ...SETTINGS, label: 3, seed: 5 } };
  const back = read(workOf({ alternatives }));
  assert.deepEqual(back.question, question);
  assert.deepEqual(back.settings, alternatives.settings);
});

// ---- strokes ----

/** A pen that goes round, some way outside of the pad too, with as many points as it is slow. */
const spiral = (count, erase = false) => ({
  points: Array.from({ length: count }, (_, i) => {
    const angle = (12 * i) / count;
    return [14 + (3 + angle) * Math.cos(angle), 14 + (3 + angle) * Math.sin(angle)];
  }),
  width: 2.4,
  erase,
});

/** How far a point is from the nearest of a line, roughly. */
const distance = ([x, y], points) => {
  let least = Infinity;
  for (let i = 1; i < points.length; i++) {
    for (let t = 0; t <= 1; t += 0.05) {
      const at = [0, 1].map((axis) => points[i - 1][axis] + t * (points[i][axis] - points[i - 1][axis]));
      least = Math.min(least, Math.hypot(x - at[0], y - at[1]));
    }
  }
  return least;
};

for (const [base, place] of [
  [null, [0, 0, 1]],
  [EXAMPLES[1].drawing, [-1.5, 2.25, 1.125]],
]) {
  test(`strokes ${base ? "over an example" : "of the pen alone"} come back where they were`, () => {
    const dot = { points: [[3, 4.5]], width: 5, erase: false };
    const drawing = { base, place, strokes: [spiral(300), dot, spiral(40, true)] };
    const work = workOf({ drawing });
    const { href, hasStrokes } = linkTo(work, PAGE);
    assert.ok(hasStrokes && href.length <= 2000);
    const back = readLink(href, work.modelInfo).drawing;
    assert.equal(back.base, base);
    assert.deepEqual(back.place, place);
    assert.deepEqual(back.strokes[1], dot);
    back.strokes.forEach(({ points, width, erase }, i) => {
      assert.deepEqual([width, erase], [drawing.strokes[i].width, drawing.strokes[i].erase]);
      if (points.length > 1) {
        for (const point of drawing.strokes[i].points) assert.ok(distance(point, points) < 0.45);
      }
    });
  });
}

test("what is too long for a link, or over a visitor's own picture, is left out and said so", () => {
  const scribble = Array.from({ length: 1000 }, (_, i) => [(i * 7.3) % 28, (i * 11.9) % 28]);
  for (const drawing of [
    { ...NOTHING, strokes: [{ points: scribble, width: 2, erase: false }] },
    { ...NOTHING, base: new Uint8Array(784).fill(7), strokes: [spiral(5)] },
  ]) {
    const work = workOf({ drawing });
    const { href, hasStrokes } = linkTo(work, PAGE);
    assert.ok(!hasStrokes && href.length <= 2000);
    assert.deepEqual(readLink(href, work.modelInfo).codes, work.codes);
    assert.equal(readLink(href, work.modelInfo).drawing, null);
  }
});

test("a damaged drawing is told, and never more than an error", () => {
  const text = toText({ ...NOTHING, strokes: [spiral(9)] }, [], 2000);
  for (let length = 0; length < text.length; length++)
    assert.equal(fromText(text.slice(0, length), []), null);
  assert.deepEqual(fromText(`${text}).`, []), fromText(text, []));
  for (const bad of ["", "!", "_".repeat(99), "A_____", "CA", "AD"]) assert.equal(fromText(bad, []), null);
  const link = readLink(`https://example.org/?g=${"A".repeat(49)}&k=!`, modelOf(49, 64));
  assert.deepEqual([link.drawing, link.faults], [null, ["damaged: drawing"]]);
});

// ---- addresses ----

test("an address without a grid is no link", () => {
  assert.equal(readLink(PAGE, modelOf(49, 64)), null);
});

test("without the link, the rest of the address stays", () => {
  const link = new URL(linkTo(workOf({ drawing: { ...NOTHING, strokes: [spiral(5)] } }), PAGE).href);
  link.searchParams.set("__theme", "dark");
  assert.equal(withoutLink(link.href), "https://example.org/space/?__theme=dark");
});

test("a link of other weights that cannot be read here is not called damaged", () => {
  const old = { ...modelOf(49, 64), id: "old" };
  const link = linkTo(workOf({ modelInfo: old, codes: gridOf(49, 64) }), PAGE).href;
  const [fault] = readLink(link, modelOf(49, 128)).faults;
  assert.match(fault, /of other weights/);
  const [damaged] = readLink(link.replace("m=old", "m=abc123"), modelOf(49, 128)).faults;
  assert.match(damaged, /damaged/);
});

const WHOLE = linkTo(workOf({ drawing: { ...NOTHING, strokes: [spiral(5)] } }), "https://example.org/").href;
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

test("other weights are told", () => {
  const link = readLink(`${PAGE.split("#")[0]}&g=${"B".repeat(49)}&m=other`, modelOf(49, 64));
  assert.equal(link.otherModel, true);
});

for (const [query, fault, hasCodes] of [
  ["g=abc", "damaged: grid", false],
  [`g=${"A".repeat(48)}!`, "damaged: grid", false],
  [`g=${"A".repeat(48)}é`, "damaged: grid", false],
  [`g=${"A".repeat(49)}&q=abc`, "damaged: question", true],
  [`g=${"A".repeat(49)}&s=x`, "damaged: seed", true],
  [`g=${"A".repeat(49)}&t=-1`, "changed: temperature -1 to 0.001", true],
  [`g=${"A".repeat(49)}&t=Infinity`, "damaged: temperature", true],
  [`g=${"A".repeat(50)}`, "damaged: grid", false],
  [`g=${"A".repeat(49)}&n=400`, "changed: n 400 to 16", true],
  [`g=${"A".repeat(49)}&d=77`, "changed: label 77 to 9", true],
]) {
  test(`told: ${query}`, () => {
    const link = readLink(`https://example.org/?${query}`, modelOf(49, 64));
    assert.deepEqual(link.faults, [fault]);
    assert.equal(Boolean(link.codes), hasCodes);
  });
}

test("a code that the model does not have is no grid", () => {
  assert.equal(readLink(`https://example.org/?g=${"_".repeat(49)}`, modelOf(49, 16)).codes, null);
});

test("a link that has been through a mail is read, and goes, also after its address was written anew", () => {
  const work = workOf();
  const mailed = new URL(linkTo(work, PAGE).href.replaceAll("&", "&amp;"));
  const anew = new URL(mailed);
  anew.searchParams.delete("view"); // which writes the whole query anew
  for (const { href } of [mailed, anew]) {
    assert.deepEqual(readLink(href, work.modelInfo), read(work));
    assert.equal(withoutLink(href), "https://example.org/space/");
  }
});
