// The open lesson: its start, the visitor's guess, and whether it is solved. Which one is open is a matter of
// the page's address (page.js); what it asks for is in lessons/.

/** @import { State } from "./types.js" */

import { rasterise } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { clear } from "./edits.js";
import { sameCodes } from "./grid.js";
import { LESSONS } from "./lessons/list.js";
import { lossOf } from "./lessons/loss.js";
import { sayError } from "./message.js";
import { newestFirst } from "./newest_first.js";
import { openCodes } from "./opening.js";
import { openView } from "./page.js";
import { select } from "./selection.js";
import { state, update, watch } from "./store.js";

export { LESSONS } from "./lessons/list.js";

/** What lessons are checked by. @type {(keyof State)[]} */
export const CHECKED = [
  "lesson",
  "drawing",
  "encoded",
  "codes",
  "image",
  "decodedCodes",
  "belief",
  "alternatives",
  "selected",
  "loss",
];

const lessonOf = ({ lesson }) => lesson && LESSONS[lesson.number - 1];

/** How far the visitor is; null where no lesson was started. @param {State} state */
export const progressOf = (state) => (state.lesson?.start ? lessonOf(state).check(state) : null);

/** The lesson sets up what it starts with: a step of undo, like any other edit. */
export async function startLesson() {
  const { lesson, modelInfo } = state;
  const { drawing, start, isGuessing = false } = lessonOf(state);
  openView("bench");
  const isWanted = () => state.lesson?.number === lesson.number;
  const codes = start?.(modelInfo, lesson.tries) ?? null;
  const isBlank = !codes && !drawing;
  try {
    if (isBlank) clear();
    else if (!(await openCodes(codes, { drawing, isWanted }))) return;
  } catch (error) {
    return sayError(error);
  }
  select([]);
  const begun = {
    before: lesson.before ?? state.settings,
    start: isBlank ? modelInfo.blank : { codes: state.codes, image: state.image },
    tries: lesson.tries + 1,
    guess: null,
    outcome: null,
  };
  update({ lesson: { ...lesson, ...begun, isGuessing } });
}

/** The digit that the visitor expects. @param {number} label */
export function guess(label) {
  if (!state.lesson?.isGuessing || state.alternatives) return;
  update({ lesson: { ...state.lesson, guess: label } });
}

// ---- what the first completion reads as ----

const queueOutcome = newestFirst();

watch(["lesson", "alternatives", "networks"], ({ lesson, alternatives }) => {
  const first = alternatives?.list[0];
  const isAsked = lesson?.isGuessing && lesson.guess !== null && first;
  if (!isAsked || !sameCodes(alternatives.question, lesson.start.codes)) queueOutcome(null);
  else queueOutcome((signal) => readOutcome(first.codes, signal), first.codes);
});

async function readOutcome(codes, signal) {
  const outcome = await networks.labelProbs(codes, { signal });
  if (state.lesson?.isGuessing) update({ lesson: { ...state.lesson, isGuessing: false, outcome } });
}

// ---- what is lost of the drawing ----

watch(["lesson", "drawing", "encodedDrawing", "codes", "decodedCodes", "image"], (now) => {
  const { modelInfo, drawing, image, loss } = now;
  const isUpToDate = now.encodedDrawing === drawing && now.decodedCodes === now.codes;
  if (!lessonOf(now)?.needsLoss || !drawing || !isUpToDate) return;
  if (loss?.drawing === drawing && loss.image === image) return;
  update({ loss: { drawing, image, ...lossOf(rasterise(drawing), image, modelInfo.grid_shape) } });
});

// ---- what is solved ----

watch(CHECKED, (now) => {
  const progress = progressOf(now);
  if (!progress?.solved) return;
  const { name } = lessonOf(now);
  const best = progress.score === null ? null : Math.min(progress.score, now.solved[name] ?? Infinity);
  if (!(name in now.solved) || now.solved[name] !== best) update({ solved: { ...now.solved, [name]: best } });
});
