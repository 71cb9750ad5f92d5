// What gives way to the pen. Codes, numbers and bars make the browser lay out and paint much of the page anew,
// which on a slow processor takes several frames. So while a pointer draws, they are shown again only after a
// rest, the longer the longer the frame took that showed them last: most frames are then the pen's and the
// picture's alone. Where frames are short nothing waits, and once the pen is up nothing does.

/** @import { State } from "../../state/types.js" */

import { callAll, watch } from "../../state/store.js";

const SHORT = 12; // ms of the page's thread: a frame that takes no more holds up nothing
const REST = 8; // times what a longer one took

let isDrawing = false;
let restUntil = 0;
let timer = null;
const due = new Set(); // the listeners that wait

/** A pointer draws, or no longer. @param {boolean} isDown */
export function setPen(isDown) {
  isDrawing = isDown;
  if (!isDown) callDue();
}

/**
 * As `watch` of the store, for a listener that gives way to the pen.
 * @param {(keyof State)[]} keys
 * @param {(state: State) => void} listener
 */
export function watchGivingWay(keys, listener) {
  return watch(keys, () => {
    due.add(listener);
    const rest = isDrawing ? restUntil - performance.now() : 0;
    if (rest > 0) timer ??= setTimeout(callDue, rest);
    else callDue();
  });
}

function callDue() {
  clearTimeout(timer);
  timer = null;
  if (isDrawing && due.size) measureFrame();
  const listeners = [...due];
  due.clear();
  callAll(listeners);
}

/** Times the next frame, from when it begins until it has been painted. */
function measureFrame() {
  requestAnimationFrame(() => {
    const began = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = performance.now();
      if (now - began > SHORT) restUntil = now + REST * (now - began);
      port1.close();
    };
    port2.postMessage(null);
  });
}
