// The work over a reload: with its history in the browser's storage of this tab. A browser that stores
// nothing still works; only a reload then starts anew.

/** @import { ModelInfo } from "../networks/types.js" */
/** @import { History, State } from "./types.js" */

import { restoreHistory, wholeHistory } from "./history.js";
import { pack, unpack } from "./pack.js";
import { refresh } from "./reconstruction.js";
import { state, update, watch } from "./store.js";

const STORAGE_KEY = "vqdemo-session";
const SAVE_DELAY = 400; // ms without a change
const MAX_LENGTH = 3e6; // letters; storages hold about five million, and the oldest steps go first
/** @type {(keyof State)[]} */
const KEYS = ["settings", "recent", "surprise", "speed", "view", "sampling", "graft"]; // besides the history

let timer;

/** Save the work from now on, whenever it has changed. */
export function keepSaving() {
  watch(["codes", "drawing", "image", "alternatives", "canUndo", "canRedo", ...KEYS], () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY);
  });
  addEventListener("pagehide", save);
}

function save() {
  if (!state.modelInfo) return;
  const history = wholeHistory();
  const others = Object.fromEntries(KEYS.map((key) => [key, state[key]]));
  for (;;) {
    const text = pack({ id: state.modelInfo.id, ...history, ...others });
    if (text.length < MAX_LENGTH || !history.past.length) return store(text);
    history.past = history.past.slice(Math.ceil(history.past.length / 2));
  }
}

function store(text) {
  try {
    sessionStorage.setItem(STORAGE_KEY, text);
  } catch {
    // refused, or full
  }
}

/**
 * What was saved in this tab, or null if there is nothing that fits the model.
 * @param {ModelInfo} modelInfo
 */
function saved(modelInfo) {
  try {
    const session = unpack(sessionStorage.getItem(STORAGE_KEY));
    return session.id === modelInfo.id && session.now.codes ? session : null;
  } catch {
    return null;
  }
}

/** Go on from what was saved in this tab, if anything was. @param {ModelInfo} modelInfo */
export function restoreSession(modelInfo) {
  const session = saved(modelInfo);
  if (!session) return;
  const { id: _, past, future, now, ...others } = session;
  restoreHistory({ past, future, now });
  update(others);
  refresh();
}
