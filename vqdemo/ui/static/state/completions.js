// Completions of the grid by the prior, side by side, of which one may be adopted. The grid changes only
// then, so that nothing that was sampled ever overwrites an edit.

/** @import { Grid, Settings } from "../networks/types.js" */

import { rasterise, SIDE } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { replaceCodes } from "./edits.js";
import { sameCodes, UNKNOWN } from "./grid.js";
import { recordStep } from "./history.js";
import { hush, say, sentences } from "./message.js";
import { state, update } from "./store.js";

const MIN_MEAN_INK = 0.04; // of 1: a cell of the drawing with less counts as empty
const MAX_SEED = 1e6;

/** Ask for alternatives. With nothing unknown but alternatives on show, ask for other ones. */
export async function complete() {
  if (state.completing) return;
  const last = state.alternatives;
  const question = state.codes.includes(UNKNOWN) ? state.codes : last?.question;
  if (!question) return say(sentences.nothing_unknown);
  if (last?.question === question && last.settings === state.settings) rollSeed();
  hush();
  return showAlternatives(question);
}

/**
 * Show the completions of a grid: the present one, or what it was before one was adopted.
 * @param {Grid} question
 */
export async function showAlternatives(question) {
  const { codes, settings } = state;
  update({ completing: true });
  try {
    const { list, order } = await networks.complete(question, settings);
    const adopted = list.findIndex((completion) => sameCodes(completion.codes, codes));
    if (state.codes !== codes) say(sentences.changed_meanwhile);
    else update({ alternatives: { question, settings, list, order, adopted: adopted < 0 ? null : adopted } });
  } catch (error) {
    say(error.message, "error");
  } finally {
    update({ completing: false });
  }
}

/** Keep the cells that have ink on the pad, and complete all others. */
export function completeDrawing() {
  const [rows, columns] = state.modelInfo.grid_shape;
  const ink = state.codes.map(() => 0);
  rasterise(state.drawing).forEach((value, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    ink[Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE)] += value / 255;
  });
  const area = (SIDE / rows) * (SIDE / columns);
  const codes = state.codes.map((code, cell) => (ink[cell] / area < MIN_MEAN_INK ? UNKNOWN : code));
  if (codes.every((code) => code === UNKNOWN)) return say(sentences.nothing_drawn);
  replaceCodes(codes);
  return complete();
}

/** @param {number} number of the alternative */
export function adopt(number) {
  const { codes, image } = state.alternatives.list[number];
  update({ playback: null });
  if (state.codes === codes) return;
  recordStep();
  hush();
  update({ codes, image, decodedCodes: codes, alternatives: { ...state.alternatives, adopted: number } });
}

/** @param {Partial<Settings>} settings */
export const setSettings = (settings) => update({ settings: { ...state.settings, ...settings } });

export const rollSeed = () => setSettings({ seed: Math.floor(Math.random() * MAX_SEED) });
