// A completion on show (preview.js) over time: filled in at once as it comes, or watched cell by cell in
// generation order, with the distribution that each code was sampled from.

import * as networks from "../networks/client.js";
import { distributionIn } from "./grid.js";
import { sayError } from "./message.js";
import { atRest, begun, filledAfter, filledTo, glanceAt, isWhole, whole, withNextCell } from "./preview.js";
import { state, update } from "./store.js";

const FRAME = 16; // ms

const change = (parts) => update({ preview: { ...state.preview, ...parts } });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const wantsNoMotion = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;

/** Fill an alternative into the big pictures, cell by cell, within a second. @param {number} number */
export async function fillIn(number) {
  let shown = begun(state.alternatives, number);
  if (wantsNoMotion()) shown = whole(shown);
  update({ preview: shown });
  const start = performance.now();
  while (!isWhole(shown)) {
    await pause(FRAME);
    if (state.preview !== shown) return; // something else is on show
    const at = filledAfter(performance.now() - start, shown.order.length);
    if (at > shown.at) update({ preview: (shown = filledTo(shown, at)) });
  }
}

/** Show an alternative large as long as the visitor points at it. @param {number} number */
export const glance = (number) => update({ preview: glanceAt(state.preview, state.alternatives, number) });

export const endGlance = () => update({ preview: atRest(state.preview) });

/** The grid itself is shown again. */
export const stop = () => update({ preview: null });

// ---- watching ----

/** @param {number} speed cells a second */
export const setSpeed = (speed) => update({ speed });

/** Start, go on, or pause. */
export function play() {
  if (state.preview?.playing) return change({ playing: false });
  startUnlessUnderWay();
  if (wantsNoMotion()) return update({ preview: whole(state.preview) });
  change({ playing: true });
  return playOn();
}

/** One cell, then pause. */
export async function playCell() {
  startUnlessUnderWay();
  change({ playing: false });
  await fillNextCell();
}

function startUnlessUnderWay() {
  const { preview, alternatives } = state;
  if (preview?.watched && !isWhole(preview)) return;
  const number = preview?.number ?? alternatives.adopted ?? 0;
  update({ preview: { ...begun(alternatives, number), watched: true } });
}

let running = false;
async function playOn() {
  if (running) return;
  running = true;
  try {
    while (state.preview?.playing && !isWhole(state.preview)) {
      const rest = pause(1000 / state.speed);
      await fillNextCell();
      await rest;
    }
    if (state.preview?.playing) change({ playing: false });
  } finally {
    running = false;
  }
}

let inFlight = false; // one request at a time
async function fillNextCell() {
  const before = state.preview;
  if (inFlight || isWhole(before)) return;
  inFlight = true;
  try {
    const probabilities = await networks.conditionals(before.codes, state.alternatives.settings.label);
    const now = state.preview;
    if (now?.codes !== before.codes) return; // stopped, or started anew
    const distribution = distributionIn(now.order[now.at], probabilities, state.modelInfo.num_codes);
    update({ preview: withNextCell(now, distribution) });
  } catch (error) {
    stop();
    sayError(error);
  } finally {
    inFlight = false;
  }
}
