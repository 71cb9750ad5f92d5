// The addresses of views and lessons, and the browser's Back.

import assert from "node:assert/strict";
import test from "node:test";

import { LESSONS } from "../../../vqdemo/ui/static/state/lessons/list.js";
import {
  addressFor,
  closeLesson,
  followAddress,
  LAST_LESSON,
  openLesson,
  openView,
} from "../../../vqdemo/ui/static/state/page.js";
import { setSentences } from "../../../vqdemo/ui/static/state/message.js";
import { state, update } from "../../../vqdemo/ui/static/state/store.js";

const HOME = "https://example.org/space/";
const listeners = {};
globalThis.addEventListener = (kind, listener) => (listeners[kind] = listener);
setSentences({ no_lesson: "no lesson {lesson}" });
const CELLS = 49;

/** The page at an address: what it opens. */
function arrive(address, view = "bench", otherwise) {
  const entries = [];
  const go = (_, __, href) => (globalThis.location.href = href);
  globalThis.location = { href: HOME + address };
  globalThis.window = {
    history: {
      replaceState: go,
      pushState: (...parts) => {
        entries.push(globalThis.location.href);
        go(...parts);
      },
    },
  };
  const modelInfo = /** @type {any} */ ({
    blank: { codes: Array(CELLS).fill(0) },
    labels: [..."0123456789"],
  });
  update({ view, lesson: null, modelInfo, message: null });
  followAddress(otherwise);
  return () => {
    globalThis.location.href = entries.pop();
    listeners.popstate();
  };
}
const opened = () => [state.view, state.lesson?.number ?? null, state.lesson?.beat ?? null];
const shown = () => globalThis.location.href.replace(HOME, "");

for (const [address, wanted, kept] of [
  ["", ["bench", null, null], ""],
  ["#samples", ["samples", null, null], "#samples"],
  ["?view=teach", ["teach", null, null], "#teach"],
  ["#lesson=4", ["bench", 4, null], "#lesson=4"],
  ["?lesson=4", ["bench", 4, null], "#lesson=4"],
  ["?lesson=3&beat=2&__theme=dark", ["bench", 3, 2], "?__theme=dark#lesson=3&beat=2"],
  ["#codebook&lesson=7", ["codebook", 7, null], "#codebook&lesson=7"],
  ["?view=codebook&lesson=7", ["codebook", 7, null], "#codebook&lesson=7"],
  ["#lesson=0", ["bench", null, null], ""],
  ["#lesson=9", ["bench", null, null], ""],
  ["#lesson=2.5", ["bench", null, null], ""],
  ["#lesson=x&beat=y", ["bench", null, null], ""],
]) {
  test(`opened by ${address || "the bare address"}`, () => {
    arrive(address);
    assert.deepEqual(opened(), wanted);
    assert.equal(shown(), kept);
  });
}

test("a score is a number of cells", () => {
  arrive(`#lesson=3&beat=${CELLS}`);
  assert.deepEqual(opened(), ["bench", 3, CELLS]);
  arrive(`#lesson=3&beat=${CELLS + 1}`);
  assert.deepEqual(opened(), ["bench", 3, null]);
});

test("a lesson that there is not is told", () => {
  for (const wrong of ["99", "0", "abc", ""]) {
    arrive(`#lesson=${wrong}`);
    assert.equal(state.message?.text, `no lesson ${wrong}`);
  }
  for (const right of ["", "#lesson=1", `#lesson=${LAST_LESSON}`]) {
    arrive(right);
    assert.equal(state.message, null);
  }
});

test("without a name in the address the view stays, but a lesson opens the workbench", () => {
  arrive("", "how");
  assert.equal(state.view, "how");
  arrive("#lesson=2", "how");
  assert.equal(state.view, "bench");
});

test("a link opens where its address says, else in the workbench, and its parameters stay until it is open", () => {
  for (const [address, view, kept] of [
    ["?g=AB&t=0.9", "bench", "?g=AB&t=0.9"],
    ["?g=AB&view=how", "how", "?g=AB#how"],
    ["?g=AB#lesson=2", "bench", "?g=AB#lesson=2"],
  ]) {
    arrive(address, "graft", "bench");
    assert.deepEqual([state.view, shown()], [view, kept]);
  }
  const back = arrive("?g=AB", "graft", "bench");
  openView("how");
  assert.equal(shown(), "?g=AB#how");
  back();
  assert.equal(state.view, "bench");
});

test("views and lessons open and close independently, and Back goes the same way back", () => {
  const back = arrive("");
  openLesson(7);
  openView("codebook");
  assert.deepEqual([opened(), shown()], [["codebook", 7, null], "#codebook&lesson=7"]);
  openLesson(8);
  closeLesson();
  assert.equal(shown(), "#codebook");
  for (const wanted of [
    ["codebook", 8],
    ["codebook", 7],
    ["bench", 7],
    ["bench", null],
  ]) {
    back();
    assert.deepEqual(opened().slice(0, 2), wanted);
  }
});

test("what was begun in a lesson stays while other views are opened", () => {
  const back = arrive("#lesson=7");
  update({ lesson: { ...state.lesson, start: { codes: [1], image: null } } });
  openView("codebook");
  back();
  assert.deepEqual(state.lesson.start.codes, [1]);
});

test("the address for others has nothing of the visitor's own", () => {
  arrive("?__theme=dark#codebook&lesson=7");
  assert.equal(addressFor({}), HOME);
  assert.equal(addressFor({ lesson: 3, beat: 2 }), `${HOME}#lesson=3&beat=2`);
  assert.equal(addressFor({ view: "teach" }), `${HOME}#teach`);
});

test("every lesson has an address", () => assert.equal(LAST_LESSON, LESSONS.length));

test("the settings that stood before a lesson come back when it is left", () => {
  const [own, hot] = /** @type {any[]} */ ([{ temperature: 0.9 }, { temperature: 2 }]);
  for (const leave of [closeLesson, () => openLesson(7)]) {
    const back = arrive("");
    openLesson(6);
    update({ lesson: { ...state.lesson, before: own }, settings: hot });
    openView("codebook");
    assert.equal(state.settings, hot);
    back();
    assert.equal(state.settings, hot, "it is still that lesson");
    leave();
    assert.equal(state.settings, own);
  }
});

test("what was set before a lesson was started stays", () => {
  arrive("#lesson=6");
  const hot = /** @type {any} */ ({ temperature: 2 });
  update({ settings: hot });
  closeLesson();
  assert.equal(state.settings, hot);
});
