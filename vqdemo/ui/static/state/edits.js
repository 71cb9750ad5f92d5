// What a visitor can do to drawing and grid, one function for each edit, and undo. The networks follow
// (reconstruction.js).

/** @import { Grid, Image } from "../networks/types.js" */
/** @import { Drawing } from "../drawing/strokes.js" */
/** @import { State } from "./types.js" */

import { blank, centred, isEmpty } from "../drawing/strokes.js";
import { differingCells, sameCodes, UNKNOWN, withoutUnknown } from "./grid.js";
import { dropStep, recordStep, step } from "./history.js";
import { hush, say, sentences } from "./message.js";
import { atRest } from "./preview.js";
import { currentRevision, noteEdit, refresh, startRevision } from "./reconstruction.js";
import { state, update, watch } from "./store.js";

const MAX_RECENT_CODES = 6;

// ---- the drawing ----

let strokeRevision; // the revision in which the stroke under way began
let beforeStroke; // the step of undo that it is

/** A new stroke. On the example that greets a visitor it starts from a blank sheet. */
export function beginStroke(point, width, erase) {
  if (!state.modelInfo) return; // there is no drawing yet
  beforeStroke = recordStep();
  hush();
  if (state.drawing.invitation) {
    startRevision();
    update({ drawing: blank, encoded: null });
  }
  strokeRevision = currentRevision();
  setLastStroke({ points: [point], width, erase }, state.drawing.strokes);
}

export function extendStroke(points) {
  if (strokeRevision !== currentRevision()) return; // undone or cleared while the pointer was still down
  const stroke = state.drawing.strokes.at(-1);
  setLastStroke({ ...stroke, points: [...stroke.points, ...points] }, state.drawing.strokes.slice(0, -1));
}

/** The stroke under way should not have been one: it leaves no trace, nor a step of undo. */
export function takeBackStroke() {
  if (strokeRevision !== currentRevision() || !dropStep(beforeStroke)) return;
  startRevision();
  refresh();
}

function setLastStroke(stroke, earlier) {
  const { base, place } = state.drawing;
  update({ drawing: { base, place, strokes: [...earlier, stroke] } });
  refresh();
}

/** Put another drawing on the pad; all codes become its codes. @param {Drawing} drawing */
function replaceDrawing(drawing) {
  recordStep();
  hush();
  startRevision();
  update({ drawing, encoded: null });
  refresh();
}

export function clear() {
  if (!isEmpty(state.drawing) || !sameCodes(state.codes, state.modelInfo.blank.codes)) replaceDrawing(blank);
}

/** @param {Image} image */
export const drawImage = (image) => replaceDrawing({ ...blank, base: image });

export function centre() {
  const drawing = centred(state.drawing);
  if (drawing) replaceDrawing(drawing);
  else say(sentences.nothing_to_centre);
}

/** The reconstruction becomes the drawing, to draw on; the grid stays as it is. */
export function drawReconstruction() {
  if (state.codes.includes(UNKNOWN)) return say(sentences.unknown_left);
  if (state.decodedCodes !== state.codes) return; // a newer image is on its way
  recordStep();
  startRevision();
  const drawing = { ...blank, base: state.image };
  update({ drawing, encodedDrawing: drawing, encoded: state.codes });
}

// ---- the grid ----

/**
 * Another grid to work on, and its image. The pad shows that, or else the drawing that it was made from, and
 * what that is encoded to.
 * @param {Grid} codes
 * @param {Image} image
 * @param {{drawing: Drawing, encoded: Grid}} [source]
 */
export function openGrid(codes, image, source) {
  recordStep();
  hush();
  startRevision();
  const { drawing, encoded } = source ?? {
    drawing: { ...blank, base: image },
    encoded: withoutUnknown(codes, state.modelInfo),
  };
  const selected = new Set();
  update({
    drawing,
    encodedDrawing: drawing,
    encoded,
    codes,
    image,
    decodedCodes: codes,
    alternatives: null,
    selected,
  });
}

/**
 * Replace the codes, as one step of undo. Alternatives complete one grid, so they go with it.
 * @param {Grid} codes
 */
export function replaceCodes(codes) {
  recordStep();
  noteEdit(state.codes, codes);
  update({ codes, alternatives: null });
  refresh();
}

/** The same, where they differ. @param {Grid} codes */
export function changeCodes(codes) {
  if (!sameCodes(codes, state.codes)) replaceCodes(codes);
}

/** Give cells a code (or UNKNOWN). @param {Iterable<number>} cells */
export function writeCode(code, cells = state.selected) {
  const written = new Set(cells);
  if (!written.size) return say(sentences.choose_first);
  if (code >= state.modelInfo.num_codes) {
    return say(sentences.bad_code, "error", { code, last: state.modelInfo.num_codes - 1 });
  }
  hush();
  if (code !== UNKNOWN) {
    update({ recent: [code, ...state.recent.filter((other) => other !== code)].slice(0, MAX_RECENT_CODES) });
  }
  changeCodes(state.codes.map((old, cell) => (written.has(cell) ? code : old)));
}

/** Give the selected cells the code whose number was typed, if it is one. @param {string} typed */
export function writeTyped(typed) {
  if (/^\d+$/.test(typed)) return writeCode(Number(typed));
  if (!state.selected.size) return say(sentences.choose_first);
  say(sentences.bad_code, "error", { code: typed, last: state.modelInfo.num_codes - 1 });
}

watch(["selected"], ({ selected, message }) => {
  if (selected.size && message?.text === sentences.choose_first) hush(); // it was heard
});

/** @param {Iterable<number>} cells */
export const erase = (cells = state.selected) => writeCode(UNKNOWN, cells);

/** The selected cells (or, with none selected, all) back to the codes of the drawing. */
export const restoreCodes = () => restoreCells(state.selected.size ? state.selected : state.codes.keys());

/** Cells back to the codes of the drawing. @param {Iterable<number>} cells */
export function restoreCells(cells) {
  const { codes, encoded } = state;
  if (!encoded) return; // the drawing is being encoded just now
  const restored = new Set(cells);
  changeCodes(codes.map((old, cell) => (restored.has(cell) ? encoded[cell] : old)));
}

/** The cells whose codes are not those of the drawing. @param {Pick<State, "codes" | "encoded">} state */
export const changedCells = ({ codes, encoded }) => (encoded ? differingCells(codes, encoded) : []);

// ---- history ----

export const undo = () => goThroughHistory(true);
export const redo = () => goThroughHistory(false);

function goThroughHistory(back) {
  if (back && atRest(state.preview)) return update({ preview: null }); // it was no edit yet
  if (!step(back)) return;
  startRevision();
  hush();
  refresh();
}
