// What shows an answer older than its question says so at once, and pales only where that lasts.

import assert from "node:assert/strict";
import test from "node:test";

const base = new URL("../../../vqdemo/ui/static", import.meta.url);
const { staleness } = await import(`${base}/views/parts/stale.js`);

function element() {
  const classes = new Set();
  return { ariaBusy: null, classes, classList: { add: (c) => classes.add(c), remove: (c) => classes.delete(c) } };
}

test("it is busy at once, and pales where that lasts, also while question follows question", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const shown = element();
  const setStale = staleness(shown);
  for (let i = 0; i < 4; i++) {
    assert.equal(shown.classes.size, 0);
    setStale(true);
    assert.equal(shown.ariaBusy, "true");
    context.mock.timers.tick(100);
  }
  assert.deepEqual([...shown.classes], ["stale"]);
  setStale(false);
  assert.equal(shown.ariaBusy, "false");
  assert.equal(shown.classes.size, 0);
});

test("an answer that comes soon leaves it as it was", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const shown = element();
  const setStale = staleness(shown);
  setStale(true);
  context.mock.timers.tick(100);
  setStale(false);
  context.mock.timers.tick(10_000);
  assert.equal(shown.classes.size, 0);
});
