// Undo and redo: the states of the work before and after the present one.

/** @import { History, State, Step } from "./types.js" */

import { state, update } from "./store.js";

/** @type {(keyof Step)[]} */
const KEYS = ["drawing", "encoded", "encodedDrawing", "codes", "image", "decodedCodes", "alternatives"];
const MAX_STEPS = 200;
/** @type {Step[]} */
const past = [];
/** @type {Step[]} */
const future = [];
/** @type {Step[]} */
const dropped = []; // what the last step that was recorded took from the future

const snapshot = () => /** @type {Step} */ (Object.fromEntries(KEYS.map((key) => [key, state[key]])));
const showWhatIsPossible = () => update({ canUndo: past.length > 0, canRedo: future.length > 0 });

let taken = 0;

/** Grows with each step that is recorded, undone or redone; a step that is dropped does not count. */
export const stepsTaken = () => taken;

/** Call before each change that undo should take back. @returns {Step} the state before it */
export function recordStep() {
  const before = snapshot();
  past.push(before);
  if (past.length > MAX_STEPS) past.shift();
  dropped.splice(0, dropped.length, ...future.splice(0));
  taken++;
  showWhatIsPossible();
  return before;
}

/**
 * Back to before the last step, as if it had never been; false if that is not the step given.
 * @param {Step} step
 */
export function dropStep(step) {
  if (past.at(-1) !== step) return false;
  update(past.pop());
  future.push(...dropped.splice(0));
  taken--;
  showWhatIsPossible();
  return true;
}

/** The grid before the last step, or null. */
export const gridBefore = () => past.at(-1)?.codes ?? null;

/** One step back, or forward; says whether there was one. @param {boolean} back */
export function step(back) {
  const [from, to] = back ? [past, future] : [future, past];
  if (!from.length) return false;
  to.push(snapshot());
  update(from.pop());
  taken++;
  showWhatIsPossible();
  return true;
}

/** Replace each step by what `change` makes of it. @param {(step: Step) => Step} change */
export function amendSteps(change) {
  for (const steps of [past, future]) steps.splice(0, steps.length, ...steps.map(change));
}

/** @returns {History} */
export const wholeHistory = () => ({ past: [...past], future: [...future], now: snapshot() });

/** Put another history in the place of this one. @param {History} history */
export function restoreHistory(history) {
  past.splice(0, past.length, ...history.past);
  future.splice(0, future.length, ...history.future);
  update(history.now);
  taken++;
  showWhatIsPossible();
}
