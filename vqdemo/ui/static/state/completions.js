// Completions of the grid by the prior. The first one drawn is shown in the place of the grid, the others
// beside it. The grid changes only when one is kept, so that nothing that was sampled overwrites an edit.

/** @import { Grid, Settings } from "../networks/types.js" */

import { rasterise, SIDE } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { replaceCodes } from "./edits.js";
import { sameCodes, UNKNOWN } from "./grid.js";
import { amendSteps, recordStep } from "./history.js";
import { randomSeed } from "./limits.js";
import { announce, hush, say, sayError, sentences } from "./message.js";
import { cellAt } from "./patches.js";
import { fillIn } from "./playback.js";
import { noteEdit, refresh } from "./reconstruction.js";
import { state, update, watch } from "./store.js";

const MIN_MEAN_INK = 0.04; // of 1: a cell of the drawing with less counts as empty

/** Ask for alternatives. With nothing unknown but alternatives on show, ask for other ones. */
export async function complete() {
  if (state.completing) return;
  const last = state.alternatives;
  const question = questionNow();
  if (!question) return say(sentences.nothing_unknown);
  if (last?.question === question && last.settings === state.settings) rollSeed();
  hush();
  return showAlternatives(question);
}

/** Go on with completions that a reload cut short: the same seed gives the same ones. */
export function completeAgain() {
  const question = questionNow();
  return question && showAlternatives(question);
}

/** The grid with unknown cells: the present one, or else that of the alternatives on show. */
const questionNow = () => (state.codes.includes(UNKNOWN) ? state.codes : state.alternatives?.question);

/**
 * Show the completions of a grid: the present one, or what it was before one was kept. Each appears as soon
 * as it is there. If the grid is edited meanwhile, they are given up.
 * @param {Grid} question
 * @param {boolean} [large] whether the first one drawn is filled into the big pictures
 */
export async function showAlternatives(question, large = true) {
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
  update({ completing: true, preview: null });
  const stopWatching = watch(["codes"], () => isMeant() || control.abort());
  try {
    const completions = await networks.complete(question, settings, {
      signal: control.signal,
      onAlternative: (completion) => {
        if (!isMeant()) return;
        show([...list, completion]);
        if (large && list.length === 1) fillIn(0);
      },
    });
    if (!isMeant()) return;
    show(completions);
    if (large)
      announce(completions.length > 1 ? sentences.completed : sentences.completed_one, {
        count: completions.length,
      });
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
  const { grid_shape: shape } = state.modelInfo;
  const ink = state.codes.map(() => 0);
  rasterise(state.drawing).forEach((value, i) => {
    ink[cellAt(i % SIDE, Math.floor(i / SIDE), shape)] += value / 255;
  });
  const area = SIDE ** 2 / state.codes.length;
  const codes = state.codes.map((code, cell) => (ink[cell] / area < MIN_MEAN_INK ? UNKNOWN : code));
  if (codes.every((code) => code === UNKNOWN)) return say(sentences.nothing_drawn);
  replaceCodes(codes);
  return complete();
}

/** The grid becomes one of the alternatives. */
export function keep(number = state.preview.number) {
  const { codes, image } = state.alternatives.list[number];
  update({ preview: null });
  if (sameCodes(state.codes, codes)) return;
  recordStep();
  hush();
  noteEdit(state.codes, codes);
  update({ codes, image, decodedCodes: codes, alternatives: { ...state.alternatives, adopted: number } });
}

/** What the visitor does not want to keep goes: a preview, or else the "?" cells come back. */
export function letGo() {
  const { alternatives, codes, preview } = state;
  if (preview) return update({ preview: null });
  if (!alternatives || alternatives.adopted === null) return;
  recordStep();
  noteEdit(codes, alternatives.question);
  update({ codes: alternatives.question, alternatives: { ...alternatives, adopted: null } });
  refresh();
}

/** @param {Partial<Settings>} settings */
export const setSettings = (settings) => update({ settings: { ...state.settings, ...settings } });

export const rollSeed = () => setSettings({ seed: randomSeed() });
