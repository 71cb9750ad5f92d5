// The one state of the page, and its history. Views read it and are told when what they watch has changed;
// only bench.js changes it. Values are never altered in place, so "has it changed?" is a mere !==, and a
// snapshot for undo costs nothing.

export const UNKNOWN = -1;

export const state = {
  about: null, // what model.describe() told; null until then
  drawing: null, // {base, place, strokes}, see ink.js
  encoded: null, // the codes of a drawing, and
  encodedFrom: null, // which drawing that was: when it is not `drawing`, a newer encoding is due
  codes: null, // the grid as edited: what all else on the page follows
  image: null, // the picture decoded from a grid, and
  imageFrom: null, // which grid that was: when it is not `codes`, a newer decoding is due
  alternatives: null, // {question, settings, list, order, adopted}: the answers to one press of Complete
  watching: null, // a completion being filled in cell by cell, see imagine.js
  speed: 8, // cells a second at which that goes
  selected: new Set(), // chosen cells, by index
  pointed: null, // what is pointed at: {cell}, {code} or nothing; shown in every view
  footprint: null, // {codes, cell, image}: how much each pixel depends on the cell pointed at
  expected: null, // {codes, probabilities}: what the prior expects in each cell, given all other known ones
  whatIf: null, // {codes, cell, list}: what the likeliest codes would draw in the chosen cell
  surprise: false, // whether the grid is tinted by how unexpected each code is
  recent: [], // the codes last written by hand, the newest first
  settings: null, // {label, n, temperature, top_p, guidance, seed}
  imagining: false, // a completion is under way
  theme: 0, // grows when the colours change, for what is painted rather than styled
  sampling: null, // {temperature, guidance, seed} of the sample view
  graft: { other: null, taken: [] }, // a second grid, and which cells are taken from it
  view: "bench", // which part of the page is open
  message: null, // {text, kind}: the status line
  canUndo: false,
  canRedo: false,
};

const listeners = [];
const changed = new Set();

/** Call `listener` with the state soon after any of `keys` has changed, and once now. */
export function watch(keys, listener) {
  listeners.push({ keys, listener });
  listener(state);
}

/** Replace parts of the state. Views hear of it once, when the deed that did so is done. */
export function update(parts) {
  for (const [key, value] of Object.entries(parts)) {
    if (state[key] === value) continue;
    state[key] = value;
    if (!changed.size) queueMicrotask(tell);
    changed.add(key);
  }
}

function tell() {
  const keys = new Set(changed);
  changed.clear();
  for (const one of listeners) if (one.keys.some((key) => keys.has(key))) one.listener(state);
}

/** The grid as shown: while a completion is watched, what it has filled in so far. */
export const shownCodes = ({ codes, watching }) => watching?.codes ?? codes;

/** The cells pointed at: one, or all that carry the code pointed at. */
export function linkedCells({ pointed, codes }) {
  if (!pointed) return new Set();
  if ("cell" in pointed) return new Set([pointed.cell]);
  return new Set(codes.map((_, i) => i).filter((i) => codes[i] === pointed.code));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  setTimeout(() => update({ theme: state.theme + 1 })); // once the page itself has changed
});

// ---- history: what undo brings back is the whole work, not the last gesture of one view ----

const WORK = ["drawing", "encoded", "encodedFrom", "codes", "image", "imageFrom", "alternatives"];
const DEPTH = 200;
const past = [];
const future = [];

const snapshot = () => Object.fromEntries(WORK.map((key) => [key, state[key]]));
const buttons = () => update({ canUndo: past.length > 0, canRedo: future.length > 0 });

/** Call before each step that undo should take back. */
export function remember() {
  past.push(snapshot());
  if (past.length > DEPTH) past.shift();
  future.length = 0;
  buttons();
}

/** Step back (or forward) and say whether there was a step to take. */
export function travel(back) {
  const [from, to] = back ? [past, future] : [future, past];
  if (!from.length) return false;
  to.push(snapshot());
  update(from.pop());
  buttons();
  return true;
}

/** The whole history, for what keeps it over a reload. */
export const history = () => ({ past: [...past], future: [...future], now: snapshot() });

/** Put a kept history in the place of this one. */
export function relive({ past: before, future: after, now }) {
  past.splice(0, past.length, ...before);
  future.splice(0, future.length, ...after);
  update(now);
  buttons();
}
