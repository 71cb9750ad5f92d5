// A completion filled in once more, cell by cell in generation order, with the distribution that each code
// was sampled from. It changes only what is shown, and ends when the grid or the alternatives change.

/** @import { State } from "./types.js" */

import * as networks from "../networks/client.js";
import { distributionIn, entropyOf } from "./grid.js";
import { say } from "./message.js";
import { state, update, watch } from "./store.js";

/** The grid as shown: during playback, what it has filled in so far. @param {State} state */
export const shownCodes = ({ codes, playback }) => playback?.codes ?? codes;

/** @param {number} speed cells a second */
export const setSpeed = (speed) => update({ speed });

/** Start, go on, or pause. @param {boolean} atOnce show all cells filled in, without their distributions */
export function play(atOnce) {
  if (state.playback?.playing) return change({ playing: false });
  if (!state.playback || isFinished()) start(state.playback?.number);
  change({ playing: true });
  if (atOnce) while (!isFinished()) showNextCell(null);
  return playOn();
}

/** One cell, then pause. */
export async function playCell() {
  if (!state.playback || isFinished()) start(state.playback?.number);
  change({ playing: false });
  await fillNextCell();
}

export const stop = () => update({ playback: null });

const change = (parts) => update({ playback: { ...state.playback, ...parts } });

const isFinished = () => state.playback.at >= state.playback.order.length;

function start(number) {
  const { question, list, order, adopted } = state.alternatives;
  const shown = number ?? adopted ?? 0;
  const { image } = list[shown];
  const empty = { at: 0, codes: question, entropies: [], chosen: null, playing: false };
  update({ playback: { ...empty, question, order, list, number: shown, image } });
}

let running = false;
async function playOn() {
  if (running) return;
  running = true;
  try {
    while (state.playback?.playing && !isFinished()) {
      const pause = new Promise((resolve) => setTimeout(resolve, 1000 / state.speed));
      await fillNextCell();
      await pause;
    }
    if (state.playback?.playing) change({ playing: false });
  } finally {
    running = false;
  }
}

let inFlight = false; // one request at a time
async function fillNextCell() {
  const before = state.playback;
  if (inFlight || isFinished()) return;
  inFlight = true;
  try {
    const probabilities = await networks.conditionals(before.codes, state.alternatives.settings.label);
    if (state.playback?.codes !== before.codes) return; // stopped, or started anew
    showNextCell(distributionIn(before.order[before.at], probabilities, state.modelInfo.num_codes));
  } catch (error) {
    stop();
    say(error.message, "error");
  } finally {
    inFlight = false;
  }
}

/**
 * Fill in the next cell.
 * @param {Float32Array | null} distribution from which its code was sampled, if it is known
 */
function showNextCell(distribution) {
  const { at, codes, entropies, list, number, order } = state.playback;
  const cell = order[at];
  const code = list[number].codes[cell];
  const entropy = distribution && entropyOf(distribution);
  change({
    at: at + 1,
    codes: codes.with(cell, code),
    entropies: [...entropies, entropy ?? 0],
    chosen: distribution && { code, probability: distribution[code], entropy },
  });
}

watch(["codes", "alternatives"], ({ playback, alternatives }) => {
  if (playback && playback.list !== alternatives?.list) stop();
});
