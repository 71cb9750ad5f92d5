// Of the jobs that come while one runs, only the newest is done.

import assert from "node:assert/strict";
import test from "node:test";

import { newestFirst } from "../../../vqdemo/ui/static/state/newest_first.js";
import { state, update } from "../../../vqdemo/ui/static/state/store.js";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("one job at a time, then the newest", async () => {
  const queue = newestFirst();
  const done = [];
  let running = 0;
  const job = (name) => async () => {
    assert.equal(++running, 1);
    await pause(5);
    running--;
    done.push(name);
  };
  const all = queue(job("first"));
  await pause(2);
  for (const name of ["second", "third", "fourth"]) queue(job(name));
  await all;
  assert.deepEqual(done, ["first", "fourth"]);
});

test("a job that is no longer wanted is not done, and one that fails is reported", async () => {
  const queue = newestFirst();
  const unwanted = queue(async () => assert.fail("it was not wanted any more"));
  queue(null);
  await unwanted;
  assert.equal(state.message, null);
  await queue(async () => {
    throw new Error("out of order");
  });
  assert.deepEqual(state.message, { text: "out of order", kind: "error" });
});

test("a newer job aborts the one that runs, unless it is the same", async () => {
  const queue = newestFirst();
  const heard = [];
  const job = (name) => async (signal) => {
    await pause(5);
    heard.push([name, signal.aborted]);
    signal.throwIfAborted(); // which is nothing to report
  };
  update({ message: null });
  const all = queue(job("first"), 1);
  await pause(2);
  queue(job("the same"), 1);
  await all;
  const more = queue(job("second"), 2);
  await pause(2);
  queue(job("third"), 3);
  await more;
  assert.deepEqual(heard, [
    ["first", false],
    ["second", true],
    ["third", false],
  ]);
  assert.equal(state.message, null);
});
