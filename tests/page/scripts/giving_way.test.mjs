// What gives way to the pen: called at once as long as frames are short, seldom after a long one, and never
// late once the pen is up.

import assert from "node:assert/strict";
import test from "node:test";

const base = new URL("../../../vqdemo/ui/static", import.meta.url);

let took = 0; // ms, by each frame, as the scripts see it
let now = 0;
performance.now = () => now;
globalThis.requestAnimationFrame = (callback) => {
  setTimeout(() => {
    callback(now);
    now += took;
  });
  return 0;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const { state, update } = await import(`${base}/state/store.js`);
const { setPen, watchGivingWay } = await import(`${base}/views/parts/giving_way.js`);

let shown = null;
watchGivingWay(["codes"], ({ codes }) => (shown = codes));

/** A change of the grid, and the frame that shows it. */
async function change(...codes) {
  update({ codes });
  await pause(20);
}

test("short frames delay nothing", async () => {
  setPen(true);
  took = 5;
  for (let code = 0; code < 4; code++) {
    await change(code);
    assert.equal(shown, state.codes);
  }
  setPen(false);
});

test("after a long frame there is a rest, which the pen ends", async () => {
  took = 4000;
  await change(7);
  assert.equal(shown, state.codes, "the pen is up");
  setPen(true);
  await change(8);
  assert.equal(shown, state.codes, "the first of a stroke");
  const before = shown;
  await change(9);
  assert.equal(shown, before);
  setPen(false);
  assert.equal(shown, state.codes);
  await change(10);
  assert.equal(shown, state.codes);
});

test("the newest is shown when the rest is over, though nothing changes any more", async () => {
  took = 100;
  now += 100_000;
  setPen(true);
  await change(11);
  await change(12);
  const last = state.codes;
  assert.notEqual(shown, last);
  await pause(8 * took + 50);
  assert.equal(shown, last);
  setPen(false);
});
