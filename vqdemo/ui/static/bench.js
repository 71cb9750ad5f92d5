// What a visitor can do, each deed one function: draw, edit, erase, complete, adopt, undo. They change the state;
// the networks follow by refresh(), which keeps one request in flight and always ends at the newest state.

import { blank, centred, isEmpty, rasterise } from "./ink.js";
import * as model from "./model.js";
import { remember, state, travel, UNKNOWN, update } from "./state.js";

const PACE = 70; // ms between two encodings of a stroke that is being drawn: 14 a second
const FIRST_EXAMPLE = 3;

let text; // the sentences of the status line
let branch = 0; // counts the jumps (undo, clear, another drawing) after which an older reply is void
let strokeBranch; // the count when the stroke under way began
let starting;

/** Learn about the model and set the bench up. Every view calls this; the first call does it. */
export function start(server, sentences) {
  text ??= sentences;
  model.connect(server, sentences);
  starting ??= model.describe().then(
    (about) => {
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
    },
    () => say(text.no_model, "error"),
  );
  return starting;
}

// ---- the status line ----

export function say(sentence, kind = "note", parts = {}) {
  const filled = sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  update({ message: { text: filled, kind } });
}

const hush = () => update({ message: null });

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

// ---- the grid ----

/** Replace the grid. Alternatives answer a question about one grid, so they go when it changes. */
function setCodes(codes) {
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

const PRESETS = {
  top: (row, column, rows) => row < Math.floor(rows / 2),
  bottom: (row, column, rows) => row >= Math.ceil(rows / 2),
  left: (row, column, rows, columns) => column < Math.floor(columns / 2),
  right: (row, column, rows, columns) => column >= Math.ceil(columns / 2),
  centre: (row, column, rows, columns) =>
    Math.abs(row - (rows - 1) / 2) < rows / 4 && Math.abs(column - (columns - 1) / 2) < columns / 4,
  random: () => Math.random() < 0.5,
};

export function erasePreset(name) {
  const [rows, columns] = state.about.grid_shape;
  const cells = state.codes.map((_, i) => i);
  write(UNKNOWN, new Set(cells.filter((i) => PRESETS[name](Math.floor(i / columns), i % columns, rows, columns))));
}

// ---- completion ----

/** Ask for alternatives. With nothing unknown but alternatives on show, ask their question again. */
export async function complete() {
  if (state.imagining) return;
  const question = state.codes.includes(UNKNOWN) ? state.codes : state.alternatives?.question;
  if (!question) return say(text.nothing_unknown);
  const last = state.alternatives;
  if (last?.question === question && last.settings === state.settings) rollSeed(); // the same again: other answers
  hush();
  const { codes, settings } = state;
  update({ imagining: true });
  try {
    const list = await model.complete(question, settings);
    if (state.codes === codes) update({ alternatives: { question, settings, list, adopted: null } });
    else say(text.changed_meanwhile);
  } catch (error) {
    say(error.message, "error");
  } finally {
    update({ imagining: false });
  }
}

export function adopt(number) {
  const { codes, image } = state.alternatives.list[number];
  if (state.codes === codes) return;
  remember();
  hush();
  update({ codes, image, imageFrom: codes, alternatives: { ...state.alternatives, adopted: number } });
}

export const set = (settings) => update({ settings: { ...state.settings, ...settings } });

export const rollSeed = () => set({ seed: Math.floor(Math.random() * 1e6) });

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
        const early = lastEncoding + PACE - performance.now();
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
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
  const image = await model.decode(codes.map((code) => (code === UNKNOWN ? about.background : code)));
  if (branch === current) update({ image, imageFrom: codes });
}

const equal = (a, b) => a.every((value, i) => value === b[i]);
