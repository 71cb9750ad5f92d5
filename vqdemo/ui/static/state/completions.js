// Completions of the grid by the prior, side by side, of which one may be adopted. The grid changes only
// then, so that nothing that was sampled ever overwrites an edit.

/** @import { Grid, Settings } from "../networks/types.js" */

import { rasterise, SIDE } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { replaceCodes } from "./edits.js";
import { sameCodes, UNKNOWN } from "./grid.js";
import { amendSteps, recordStep } from "./history.js";
import { hush, say, sayError, sentences } from "./message.js";
import { noteEdit } from "./reconstruction.js";
import { state, update, watch } from "./store.js";

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
 * Show the completions of a grid: the present one, or what it was before one was adopted. Each appears as soon
 * as it is there; when all are, the likeliest comes first. If the grid is edited meanwhile, they are given up.
 * @param {Grid} question
 */
export async function showAlternatives(question) {
  const { codes, settings } = state;
  const asked = { question, settings, order: networks.generationOrder(question) };
  const control = new AbortController();
  let list = [];
  const isMeant = () => state.codes === codes || list.some((completion) => completion.codes === state.codes);
  const show = (completions) => {
    list = completions;
    update({ alternatives: alternativesTo(state.codes) });
    // Steps of undo that were taken meanwhile get the whole list.
    amendSteps((step) => {
      const { alternatives } = step;
      if (alternatives?.question !== question || alternatives.settings !== settings) return step;
      return { ...step, alternatives: alternativesTo(step.codes) };
    });
  };
  const alternativesTo = (grid) => {
    const adopted = list.findIndex((completion) => sameCodes(completion.codes, grid));
    return { ...asked, list, adopted: adopted < 0 ? null : adopted };
  };
  update({ completing: true });
  const stopWatching = watch(["codes"], () => isMeant() || control.abort());
  try {
    const completions = await networks.complete(question, settings, {
      signal: control.signal,
      onAlternative: (completion) => isMeant() && show([...list, completion]),
    });
    if (isMeant()) show(completions.sort((a, b) => b.log_prob - a.log_prob));
  } catch (error) {
    if (control.signal.aborted) say(sentences.changed_meanwhile);
    else sayError(error);
  } finally {
    stopWatching();
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
  noteEdit(state.codes, codes);
  update({ codes, image, decodedCodes: codes, alternatives: { ...state.alternatives, adopted: number } });
}

/** @param {Partial<Settings>} settings */
export const setSettings = (settings) => update({ settings: { ...state.settings, ...settings } });

export const rollSeed = () => setSettings({ seed: Math.floor(Math.random() * MAX_SEED) });
