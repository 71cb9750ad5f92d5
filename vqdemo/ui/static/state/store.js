// The one state of the page; types.js says what each part is. Everybody may read it, and hears of changes of
// the parts that they watch; only the functions of this folder change it. Values are never altered in place,
// so "has it changed?" is a mere !==, and a snapshot for undo costs nothing.

/** @import { State } from "./types.js" */

const waiting = { phase: /** @type {"waiting"} */ ("waiting"), loaded: 0, total: 0, fault: null };

/** @type {State} */
export const state = {
  modelInfo: null,
  networks: { model: waiting, vqvae: waiting, prior: waiting, film: waiting },
  drawing: null,
  encoded: null,
  encodedDrawing: null,
  codes: null,
  image: null,
  decodedCodes: null,
  alternatives: null,
  completing: false,
  preview: null,
  framing: null,
  speed: 8,
  selected: new Set(),
  pointed: null,
  footprint: null,
  expected: null,
  whatIf: null,
  belief: null,
  ghost: null,
  ghosting: true,
  die: null,
  length: null,
  moves: null,
  moving: false,
  surprise: false,
  recent: [],
  settings: null,
  sampling: null,
  graft: { other: null, taken: [] },
  opened: null,
  encoding: null,
  receptiveField: null,
  lesson: null,
  solved: {},
  loss: null,
  view: "bench",
  theme: 0,
  message: null,
  announcement: null,
  canUndo: false,
  canRedo: false,
};

const listeners = new Set();
const changed = new Set();

/**
 * Call `listener` with the state soon after any of `keys` has changed, and once now. Returns a function that
 * ends it.
 * @param {(keyof State)[]} keys
 * @param {(state: State) => void} listener
 */
export function watch(keys, listener) {
  const entry = { keys, listener };
  listeners.add(entry);
  listener(state);
  return () => void listeners.delete(entry);
}

/**
 * Resolves once the state is so, which is looked at now and whenever any of `keys` has changed.
 * @param {(keyof State)[]} keys
 * @param {(state: State) => boolean} isSo
 * @returns {Promise<void>}
 */
export function until(keys, isSo) {
  if (isSo(state)) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = watch(keys, (now) => {
      if (!isSo(now)) return;
      stop();
      resolve();
    });
  });
}

/**
 * Replace parts of the state. Listeners are called once, after the event that led to it. What is known of a
 * grid goes with it: nothing on show is older than the grid beside it. A preview goes with drawing or grid.
 * @param {Partial<State>} parts
 */
export function update(parts) {
  if (parts.codes && parts.codes !== state.codes)
    parts = { expected: null, whatIf: null, die: null, footprint: null, preview: null, ...parts };
  if (parts.drawing && parts.drawing !== state.drawing) parts = { preview: null, ...parts };
  for (const [key, value] of Object.entries(parts)) {
    if (state[key] === value) continue;
    state[key] = value;
    if (!changed.size) queueMicrotask(notify);
    changed.add(key);
  }
}

function notify() {
  const keys = new Set(changed);
  changed.clear();
  const concerned = [...listeners].filter(({ keys: watched }) => watched.some((key) => keys.has(key)));
  callAll(concerned.map(({ listener }) => listener));
}

/**
 * Call listeners with the state. One that fails keeps none of the others from hearing of the change.
 * @param {((state: State) => void)[]} called
 */
export function callAll(called) {
  for (const listener of called) {
    try {
      listener(state);
    } catch (error) {
      console.error(error);
    }
  }
}
