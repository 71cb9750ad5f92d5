// What a visitor can do to drawing and grid, each deed one function: draw, edit, erase, undo. They change the state; the
// networks follow by refresh(), which keeps one request in flight and always ends at the newest state.

import * as imagine from "./completions.js";
import { blank, centred, isEmpty, rasterise } from "../drawing/strokes.js";
import * as keep from "./session.js";
import * as model from "../networks/remote.js";
import { relive, remember, state, travel, UNKNOWN, update } from "./store.js";
import { fill } from "../views/parts/numbers.js";

const PACE = { near: 30, far: 70 }; // ms between two encodings of a stroke that is being drawn: 33 a second, or 14 for the server's sake
const FIRST_EXAMPLE = 3;
const RECENT = 6; // codes kept at hand

export let text; // the sentences of the status line
let branch = 0; // counts the jumps (undo, clear, another drawing) after which an older reply is void
let strokeBranch; // the count when the stroke under way began
let starting;

/** Learn about the model and set the bench up. Every view calls this; the first call does it. */
export function start(sentences) {
  text ??= sentences;
  model.connect(sentences);
  starting ??= model
    .describe()
    .then(begin)
    .catch(() => say(text.no_model, "error"));
  return starting;
}

/** Begin with the link that led here, else with what was left in this tab, else with an example. */
async function begin(about) {
  let link = null;
  let fault = null;
  try {
    link = keep.linked(about, text);
  } catch (error) {
    fault = error;
  }
  const image = link && (await model.decode([known(link.codes, about)]))[0];
  const { label: _, ...example } = about.examples[FIRST_EXAMPLE] ?? { drawing: null, ...about.blank };
  const drawing = { ...blank, base: example.drawing, invitation: true };
  update({
    about,
    drawing,
    encodedFrom: drawing,
    encoded: example.codes,
    codes: example.codes,
    image: example.image,
    imageFrom: example.codes,
    settings: { label: null, n: 4, seed: 1, ...about.defaults },
  });
  const kept = keep.recall(about);
  if (kept) {
    const { id: _, past, future, now, ...rest } = kept;
    relive({ past, future, now });
    update(rest);
    refresh();
  }
  keep.forgetLink();
  if (fault) say(fault.message, "error");
  if (!link) return;
  open(link.codes, image);
  update({ settings: { ...state.settings, ...link.settings }, view: "bench" });
  if (link.foreign) say(text.other_model);
  if (link.question) await imagine.answer(link.question);
}

// ---- the status line ----

export function say(sentence, kind = "note", parts = {}) {
  update({ message: { text: fill(sentence, parts), kind } });
}

export const hush = () => update({ message: null });

// ---- drawing ----

/** A new stroke. On the example that greets a visitor it starts from a blank sheet. */
export function beginStroke(point, width, erase) {
  remember();
  hush();
  if (state.drawing.invitation) {
    branch++;
    update({ drawing: blank, encoded: null });
  }
  strokeBranch = branch;
  draw({ points: [point], width, erase }, state.drawing.strokes);
}

export function extendStroke(points) {
  if (strokeBranch !== branch) return; // undone or cleared while the pointer was still down
  const stroke = state.drawing.strokes.at(-1);
  draw({ ...stroke, points: [...stroke.points, ...points] }, state.drawing.strokes.slice(0, -1));
}

function draw(stroke, earlier) {
  const { base, place } = state.drawing;
  update({ drawing: { base, place, strokes: [...earlier, stroke] } });
  refresh();
}

/** Put another drawing on the pad; all codes become its codes. */
function redraw(drawing) {
  remember();
  hush();
  branch++;
  update({ drawing, encoded: null });
  refresh();
}

export function clear() {
  if (!isEmpty(state.drawing) || state.codes.some((code, i) => code !== state.about.blank.codes[i])) redraw(blank);
}

export const loadImage = (image) => redraw({ ...blank, base: image });

export function centre() {
  const drawing = centred(state.drawing);
  if (drawing) redraw(drawing);
  else say(text.nothing_to_centre);
}

export async function loadFile(file) {
  const limit = state.about.max_upload_bytes;
  if (file.size > limit) {
    const [size, most] = [file.size, limit].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    return say(text.file_too_big, "error", { name: file.name, size, limit: most });
  }
  const before = state.drawing;
  try {
    const image = await model.frame(new Uint8Array(await file.arrayBuffer()));
    if (state.drawing === before) loadImage(image);
    else say(text.changed_meanwhile);
  } catch (error) {
    say(error.message, "error");
  }
}

/** The reconstruction becomes the drawing, to draw on; the grid stays as it is. */
export function toPad() {
  if (state.codes.includes(UNKNOWN)) return say(text.unknown_left);
  if (state.imageFrom !== state.codes) return; // a newer picture is on its way
  remember();
  branch++;
  const drawing = { ...blank, base: state.image };
  update({ drawing, encodedFrom: drawing, encoded: state.codes });
}

/** Another grid to work on; the pad shows what it draws. */
export function open(codes, image) {
  remember();
  hush();
  branch++;
  const drawing = { ...blank, base: image };
  const encoded = known(codes, state.about);
  update({ drawing, encodedFrom: drawing, encoded, codes, image, imageFrom: codes, alternatives: null, selected: new Set() });
}

/** Put codes of another grid into some cells of this one. */
export function graft(codes) {
  if (equal(codes, state.codes)) return;
  remember();
  hush();
  setCodes(codes);
}

/** Go on from a file of codes; says whether it could be. */
export async function importFile(file) {
  try {
    if (file.size > state.about.max_import_bytes) throw new Error(text.no_json);
    const { codes, settings } = keep.fromJSON(await file.text(), text);
    const [image] = await model.decode([known(codes, state.about)]);
    open(codes, image);
    update({ settings });
    return true;
  } catch (error) {
    say(error.message, "error", { name: file.name });
    return false;
  }
}

// ---- the grid ----

/** Replace the grid. Alternatives answer a question about one grid, so they go when it changes. */
export function setCodes(codes) {
  update({ codes, alternatives: null });
  refresh();
}

/** Give the chosen cells a code (or UNKNOWN). One call is one step of undo. */
export function write(code, cells = state.selected) {
  if (!cells.size) return say(text.choose_first);
  if (code >= state.about.num_codes) {
    return say(text.bad_code, "error", { code, last: state.about.num_codes - 1 });
  }
  hush();
  if (code !== UNKNOWN) update({ recent: [code, ...state.recent.filter((one) => one !== code)].slice(0, RECENT) });
  if ([...cells].every((i) => state.codes[i] === code)) return;
  remember();
  setCodes(state.codes.map((old, i) => (cells.has(i) ? code : old)));
}

/** The chosen cells (or, with none chosen, all) back to the codes of the drawing. */
export function restore() {
  if (!state.encoded) return; // the drawing is being read just now
  const all = !state.selected.size;
  const codes = state.codes.map((old, i) => (all || state.selected.has(i) ? state.encoded[i] : old));
  if (codes.every((code, i) => code === state.codes[i])) return;
  remember();
  setCodes(codes);
}

const PARTS = {
  top: (row, column, rows) => row < Math.floor(rows / 2),
  bottom: (row, column, rows) => row >= Math.ceil(rows / 2),
  left: (row, column, rows, columns) => column < Math.floor(columns / 2),
  right: (row, column, rows, columns) => column >= Math.ceil(columns / 2),
  centre: (row, column, rows, columns) =>
    Math.abs(row - (rows - 1) / 2) < rows / 4 && Math.abs(column - (columns - 1) / 2) < columns / 4,
  checker: (row, column) => (row + column) % 2 === 1,
  random: () => Math.random() < 0.5,
};

/** The cells of a part of the grid: "top", "left", "centre", ... */
export function cellsOf(name) {
  const [rows, columns] = state.about.grid_shape;
  const inside = (i) => PARTS[name](Math.floor(i / columns), i % columns, rows, columns);
  return [...state.codes.keys()].filter(inside);
}

export const erasePart = (name) => write(UNKNOWN, new Set(cellsOf(name)));

// ---- history ----

export const undo = () => step(true);
export const redo = () => step(false);

function step(back) {
  if (!travel(back)) return;
  branch++;
  hush();
  refresh();
}

// ---- the networks follow ----

let following = false;
let lastEncoding = 0;

/** Bring codes and picture up to date with the drawing and the edits, newest first, one request at a time. */
async function refresh() {
  if (following) return;
  following = true;
  try {
    while (state.encodedFrom !== state.drawing || state.imageFrom !== state.codes) {
      if (state.encodedFrom !== state.drawing) {
        const early = due() - performance.now();
        if (early > 0) {
          await new Promise((resolve) => setTimeout(resolve, early));
          continue; // with an open mind: the drawing may have been undone meanwhile
        }
        lastEncoding = performance.now();
        await encodeDrawing();
      } else {
        await decodeCodes();
      }
    }
  } catch (error) {
    say(error.message, "error"); // the state stays as it is, and the next deed tries again
  } finally {
    following = false;
  }
}

/** When the drawing may be read again. */
const due = () => lastEncoding + (model.isNear() ? PACE.near : PACE.far);

/** Whether a change of the drawing would be read at once. */
export const idle = () => !following && performance.now() >= due();

async function encodeDrawing() {
  const { drawing, codes: sent, encoded: before } = state;
  const current = branch;
  const { codes: fresh, image } = await model.encode(rasterise(drawing));
  if (branch !== current) return;
  // A stroke takes back only the cells that it changes: edits and "?" elsewhere stay, and so does any cell that
  // was edited while the reply was under way.
  const merged = state.codes.map((code, i) =>
    before === null || (fresh[i] !== before[i] && code === sent[i]) ? fresh[i] : code,
  );
  const codes = equal(merged, state.codes) ? state.codes : merged;
  update({ encoded: fresh, encodedFrom: drawing });
  if (codes !== state.codes) update({ codes, alternatives: null });
  if (equal(codes, fresh)) update({ image, imageFrom: codes });
}

async function decodeCodes() {
  const { codes, about } = state;
  const current = branch;
  const [image] = await model.decode([known(codes, about)]);
  if (branch === current) update({ image, imageFrom: codes });
}

/** The grid that is decoded for one with unknown cells: empty there. */
export const known = (codes, about) => codes.map((code) => (code === UNKNOWN ? about.background : code));

const equal = (a, b) => a.every((value, i) => value === b[i]);
