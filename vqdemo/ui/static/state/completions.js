// What the prior makes up: completions of the grid side by side, watching one being filled in, and adopting one. The grid
// itself changes only when an alternative is adopted, so that nothing made up ever overwrites an edit.

import { hush, say, setCodes, text } from "./edits.js";
import { rasterise, SIDE } from "../drawing/strokes.js";
import { distribution } from "./insight.js";
import * as model from "../networks/remote.js";
import { remember, state, UNKNOWN, update, watch } from "./store.js";

const BARE = 0.04; // mean ink (of 1) below which a cell of the drawing counts as empty

/** Ask for alternatives. With nothing unknown but alternatives on show, ask their question again. */
export async function complete() {
  if (state.imagining) return;
  const question = state.codes.includes(UNKNOWN) ? state.codes : state.alternatives?.question;
  if (!question) return say(text.nothing_unknown);
  const last = state.alternatives;
  if (last?.question === question && last.settings === state.settings) rollSeed(); // the same again: other answers
  hush();
  return answer(question);
}

/** Fetch the alternatives for a question, which is the grid, or what the grid was before one was adopted. */
export async function answer(question) {
  const { codes, settings } = state;
  update({ imagining: true });
  try {
    const { list, order } = await model.complete(question, settings);
    const adopted = list.findIndex((one) => one.codes.every((code, i) => code === codes[i]));
    if (state.codes !== codes) say(text.changed_meanwhile);
    else update({ alternatives: { question, settings, list, order, adopted: adopted < 0 ? null : adopted } });
  } catch (error) {
    say(error.message, "error");
  } finally {
    update({ imagining: false });
  }
}

/** Keep the cells that have ink on the pad, and ask for all the rest. */
export function completeDrawing() {
  const [rows, columns] = state.about.grid_shape;
  const ink = state.codes.map(() => 0);
  rasterise(state.drawing).forEach((value, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    ink[Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE)] += value / 255;
  });
  const area = (SIDE / rows) * (SIDE / columns);
  const codes = state.codes.map((code, i) => (ink[i] / area < BARE ? UNKNOWN : code));
  if (codes.every((code) => code === UNKNOWN)) return say(text.nothing_drawn);
  remember();
  setCodes(codes);
  return complete();
}

export function adopt(number) {
  const { codes, image } = state.alternatives.list[number];
  update({ watching: null });
  if (state.codes === codes) return;
  remember();
  hush();
  update({ codes, image, imageFrom: codes, alternatives: { ...state.alternatives, adopted: number } });
}

export const set = (settings) => update({ settings: { ...state.settings, ...settings } });

export const rollSeed = () => set({ seed: Math.floor(Math.random() * 1e6) });

// ---- watching: a completion filled in again, cell by cell in the order of generation ----
//
// state.watching is {question, order, list, number, at, codes, image, entropies, chosen, playing}: the first `at` cells of
// `order` are filled in `codes`, with the entropy of what the prior expected in each before its code was known.

/** Start, go on, or pause. */
export function play() {
  if (state.watching?.playing) return update({ watching: { ...state.watching, playing: false } });
  if (!state.watching || finished()) begin(state.watching?.number);
  update({ watching: { ...state.watching, playing: true } });
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) while (!finished()) show(null);
  return goOn();
}

/** One cell, then pause. */
export async function step() {
  if (!state.watching || finished()) begin(state.watching?.number);
  update({ watching: { ...state.watching, playing: false } });
  await fillNext();
}

export const stop = () => update({ watching: null });

function begin(number) {
  const { question, list, order, adopted } = state.alternatives;
  const shown = number ?? adopted ?? 0;
  const start = { at: 0, codes: question, entropies: [], chosen: null, playing: false };
  update({ watching: { ...start, question, order, list, number: shown, image: list[shown].image } });
}

const finished = () => state.watching.at >= state.watching.order.length;

let going = false;
async function goOn() {
  if (going) return;
  going = true;
  try {
    while (state.watching?.playing && !finished()) {
      const pause = new Promise((resolve) => setTimeout(resolve, 1000 / state.speed));
      await fillNext();
      await pause;
    }
    if (state.watching?.playing) update({ watching: { ...state.watching, playing: false } });
  } finally {
    going = false;
  }
}

let asking = false; // one request in flight, whoever asks
async function fillNext() {
  const before = state.watching;
  if (asking || finished()) return;
  asking = true;
  try {
    const probabilities = await model.conditionals(before.codes, state.alternatives.settings.label);
    if (state.watching?.codes !== before.codes) return; // stopped, or begun anew
    show(distribution({ probabilities }, before.order[before.at], state.about));
  } catch (error) {
    stop();
    say(error.message, "error");
  } finally {
    asking = false;
  }
}

/** Fill in the next cell; `expected` is the distribution from which its code came, if it is known. */
function show(expected) {
  const { watching } = state;
  const cell = watching.order[watching.at];
  const code = watching.list[watching.number].codes[cell];
  const entropy = expected && expected.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  update({
    watching: {
      ...watching,
      at: watching.at + 1,
      codes: watching.codes.with(cell, code),
      entropies: [...watching.entropies, entropy ?? 0],
      chosen: expected && { code, probability: expected[code], entropy },
    },
  });
}

// Whatever changes the grid or the alternatives ends the watching.
watch(["codes", "alternatives"], ({ watching, alternatives }) => {
  if (watching && watching.list !== alternatives?.list) stop();
});
