// Who hears of changes of the state, and until when.

import assert from "node:assert/strict";
import test from "node:test";

import { state, until, update, watch } from "../../../vqdemo/ui/static/state/store.js";

test("a listener that throws is reported, and silences no other", async (t) => {
  const reported = t.mock.method(console, "error", () => {});
  const heard = [];
  let isBroken = false;
  const stop = watch(["speed"], () => {
    if (isBroken) throw new Error("broken");
  });
  watch(["speed"], ({ speed }) => heard.push(speed));
  isBroken = true;
  update({ speed: 5 });
  await null;
  assert.deepEqual(heard, [8, 5]);
  assert.deepEqual(
    reported.mock.calls.map(({ arguments: [error] }) => error.message),
    ["broken"],
  );
  stop();
});

test("what is waited for comes once, and is not looked at any more", async () => {
  let looks = 0;
  let came = 0;
  until(["theme"], ({ theme }) => (looks++, theme === 2)).then(() => came++);
  for (const theme of [1, 2, 3, 2]) {
    update({ theme });
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.deepEqual([came, looks], [1, 4], "looked at: now, in watch() and at two changes");
  await until(["theme"], () => state.theme === 2); // it is so already
});
