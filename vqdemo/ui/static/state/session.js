// The work over a reload, and over closing the tab: with its history, as text that is kept on this machine
// (storage.js).

/** @import { ModelInfo, Settings } from "../networks/types.js" */
/** @import { History, State } from "./types.js" */

import { SIDE } from "../drawing/strokes.js";
import { UNKNOWN } from "./grid.js";
import { restoreHistory, wholeHistory } from "./history.js";
import { nearestAllowed } from "./limits.js";
import { say, sentences } from "./message.js";
import { setModel } from "./model.js";
import { pack, unpack } from "./pack.js";
import { closeLesson } from "./page.js";
import { refresh, startRevision } from "./reconstruction.js";
import { startSampling } from "./samples.js";
import { followTabs, forgetWorks, keepWork } from "./storage.js";
import { state, update, watch } from "./store.js";

const SAVE_DELAY = 400; // ms without a change
const MAX_LENGTH = 1e6; // letters; storages hold about five million, of four works; the oldest steps go first
/** What is kept besides the history. @type {(keyof State)[]} */
const KEYS = [
  "settings",
  "recent",
  "surprise",
  "ghosting",
  "speed",
  "view",
  "sampling",
  "graft",
  "lesson",
  "solved",
];

/** Of these, what holds codes, which mean nothing to another model. @type {(keyof State)[]} */
const OF_MODEL = ["recent", "graft", "lesson"];

let timer;
let changed = false; // since it was last saved

/** Save the work from now on, whenever it has changed. */
export function keepSaving() {
  followTabs(dropChanges);
  watch(["codes", "drawing", "image", "alternatives", "completing", "canUndo", "canRedo", ...KEYS], () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY);
    changed = true;
  });
  addEventListener("pagehide", save);
}

function dropChanges() {
  clearTimeout(timer);
  changed = false;
}

/** Nothing of what was done is kept on this machine any more, and the page begins anew. */
export async function forgetWork() {
  restoreHistory({ past: [], future: [], now: { ...wholeHistory().now, alternatives: null } });
  startRevision();
  closeLesson(); // which brings settings back
  setModel(state.modelInfo);
  startSampling();
  update({ recent: [], selected: new Set(), graft: { other: null, taken: [] }, solved: {} });
  await null; // the listeners have heard of it
  dropChanges();
  forgetWorks();
  say(sentences.forgotten);
}

function save() {
  if (!state.modelInfo || !changed) return;
  changed = false;
  const history = wholeHistory();
  const isWork = history.past.length + history.future.length > 0; // rather than the example
  const others = Object.fromEntries([...KEYS, "completing"].map((key) => [key, state[key]]));
  for (;;) {
    const text = pack({ id: state.modelInfo.id, ...history, ...others });
    if (text.length < MAX_LENGTH || !history.past.length) return keepWork(text, isWork);
    history.past = history.past.slice(Math.ceil(history.past.length / 2));
  }
}

/** @param {string | null} text */
function unpacked(text) {
  try {
    const session = unpack(text);
    return session && typeof session === "object" ? session : null;
  } catch {
    return null;
  }
}

/**
 * Go on from what was kept, if anything was. It may be of another version of the page, or of another model:
 * what does not fit is dropped, and the rest is kept. Of another model's work that is the drawing, and
 * what else holds no codes. Returns whether completions were under way.
 * @param {ModelInfo} modelInfo
 * @param {string | null} text
 */
export function restoreSession(modelInfo, text) {
  const session = unpacked(text);
  if (!session) return false;
  const fits = fitsOf(modelInfo);
  const isOfModel = session.id === modelInfo.id;
  const kept = KEYS.filter((key) => (isOfModel || !OF_MODEL.includes(key)) && fits[key](session[key]));
  update(Object.fromEntries(kept.map((key) => [key, session[key]])));
  const now = isOfModel ? fits.step(session.now) : null;
  const steps = (list) => (now && Array.isArray(list) ? list.map(fits.step).filter(Boolean) : []);
  if (now) restoreHistory({ past: steps(session.past), future: steps(session.future), now });
  else if (fits.drawing(session.now?.drawing)) {
    startRevision();
    update({ drawing: session.now.drawing, encoded: null });
  }
  refresh();
  return now !== null && session.completing === true;
}

// ---- what fits ----

const isObject = (value) => value !== null && typeof value === "object";
const isNumber = Number.isFinite;
const areNumbers = (values, length = values?.length) =>
  Array.isArray(values) && values.length === length && values.every(isNumber);

/** By the part of the state, whether a value can be one, for this model. */
function fitsOf(modelInfo) {
  const cells = modelInfo.blank.codes.length;
  const code = (value) => Number.isInteger(value) && value >= 0 && value < modelInfo.num_codes;
  const grid = (codes) =>
    areNumbers(codes, cells) && codes.every((value) => value === UNKNOWN || code(value));
  const image = (value) => value instanceof Uint8Array && value.length === SIDE ** 2;
  const stroke = (value) =>
    isObject(value) &&
    Array.isArray(value.points) &&
    value.points.length > 0 &&
    value.points.every((point) => areNumbers(point, 2)) &&
    isNumber(value.width);
  const drawing = (value) =>
    isObject(value) &&
    (value.base === null || image(value.base)) &&
    areNumbers(value.place, 3) &&
    Array.isArray(value.strokes) &&
    value.strokes.every(stroke);
  const settings = (value) =>
    isObject(value) &&
    Object.keys(state.settings).every((name) => {
      const setting = /** @type {keyof Settings} */ (name);
      const isAny = name === "label" && value.label === null;
      return isAny || nearestAllowed(setting, value[name], modelInfo) === value[name];
    });
  const completion = (value) =>
    isObject(value) && grid(value.codes) && image(value.image) && isNumber(value.log_prob);
  const alternatives = (value) =>
    isObject(value) &&
    grid(value.question) &&
    settings(value.settings) &&
    Array.isArray(value.list) &&
    value.list.length > 0 &&
    value.list.every(completion) &&
    areNumbers(value.order) &&
    (value.adopted === null || value.list[value.adopted] !== undefined);
  return {
    drawing,
    settings,
    recent: (value) => Array.isArray(value) && value.every(code),
    surprise: (value) => typeof value === "boolean",
    ghosting: (value) => typeof value === "boolean",
    speed: isNumber,
    view: (value) => typeof value === "string",
    sampling: (value) => isObject(value) && [value.temperature, value.guidance, value.seed].every(isNumber),
    graft: (value) =>
      isObject(value) && (value.other === null || grid(value.other)) && areNumbers(value.taken),
    lesson: (value) =>
      isObject(value) &&
      [value.number, value.tries].every(isNumber) &&
      [value.beat, value.guess].every((part) => part === null || isNumber(part)) &&
      ((value.before ?? null) === null || settings(value.before)) &&
      typeof value.isGuessing === "boolean" &&
      (value.outcome === null || areNumbers(value.outcome, modelInfo.labels.length)) &&
      (value.start === null ||
        (isObject(value.start) && grid(value.start.codes) && image(value.start.image))),
    solved: (value) =>
      isObject(value) && Object.values(value).every((score) => score === null || isNumber(score)),

    /** A step of the history without what does not fit; null without drawing or codes. */
    step(value) {
      if (!isObject(value) || !drawing(value.drawing) || !grid(value.codes)) return null;
      const kept = (test, part) => (test(part) ? part : null);
      return {
        drawing: value.drawing,
        codes: value.codes,
        encoded: kept(grid, value.encoded),
        encodedDrawing: grid(value.encoded) ? kept(drawing, value.encodedDrawing) : null,
        image: kept(image, value.image) ?? modelInfo.blank.image,
        decodedCodes: image(value.image) ? kept(grid, value.decodedCodes) : null,
        alternatives: kept(alternatives, value.alternatives),
      };
    },
  };
}
