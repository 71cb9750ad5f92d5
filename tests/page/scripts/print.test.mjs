// A page in dark colours is printed in light ones.

import assert from "node:assert/strict";
import test from "node:test";

import { printInLight } from "../../../vqdemo/ui/static/state/page.js";
import { state } from "../../../vqdemo/ui/static/state/store.js";

/** An element with classes; `closest` goes up as in a document. */
function element(parent, ...classes) {
  const all = new Set(classes);
  const toggle = (name, wanted) => (wanted ? all.add(name) : all.delete(name));
  const self = {
    classList: { contains: (name) => all.has(name), toggle },
    closest: (selector) => (all.has(selector.slice(1)) ? self : (parent?.closest(selector) ?? null)),
  };
  return self;
}

/** A page of <html>, <body> and the container, and its printer. */
function page({ root = [], body = [], container = [] }) {
  const html = element(null, ...root);
  const bodyElement = element(html, ...body);
  const inner = element(bodyElement, ...container);
  let told;
  const paper = { matches: false, addEventListener: (_, listener) => (told = listener) };
  globalThis.matchMedia = () => /** @type {any} */ (paper);
  globalThis.document = /** @type {any} */ ({
    documentElement: html,
    body: bodyElement,
    querySelector: () => inner,
  });
  printInLight();
  return {
    isDark: () => inner.closest(".dark") !== null,
    darkened: () => [html, bodyElement, inner].map(({ classList }) => classList.contains("dark")),
    print(begins) {
      paper.matches = begins;
      told();
    },
  };
}

for (const [where, classes] of Object.entries({
  "<html>, as in plain files": { root: ["dark"] },
  "<body>, as in Gradio": { body: ["dark"] },
  "the container": { container: ["dark"] },
})) {
  test(`where the class is that of ${where}`, () => {
    const { isDark, darkened, print } = page(classes);
    const before = darkened();
    const { theme } = state;
    print(true);
    assert.ok(!isDark());
    assert.equal(state.theme, theme + 1);
    print(false);
    assert.deepEqual(darkened(), before);
    assert.equal(state.theme, theme + 2);
  });
}

test("a light page is printed as it is", () => {
  const { isDark, print } = page({});
  const { theme } = state;
  for (const begins of [true, false]) {
    print(begins);
    assert.ok(!isDark());
  }
  assert.equal(state.theme, theme);
});
