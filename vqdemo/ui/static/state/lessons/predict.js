// Predict which digit the first completion of an upper half will be, before seeing it. As long as it is open,
// the ghost does not tell.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { cellsOfPart, UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const DIGITS = [9, 3, 8, 7, 0, 2]; // whose upper half is given, one after the other
export const isGuessing = true;

/** @param {ModelInfo} modelInfo @param {number} tries */
export function start({ examples, grid_shape }, tries) {
  const unknown = new Set(cellsOfPart("bottom", grid_shape));
  const { codes } = examples[DIGITS[tries % DIGITS.length]];
  return codes.map((code, cell) => (unknown.has(cell) ? UNKNOWN : code));
}

/** @param {Pick<State, "lesson">} state */
export function check({ lesson: { guess, outcome } }) {
  if (guess === null) return notYet("guess");
  if (!outcome) return notYet("complete", { guess });
  const digit = outcome.indexOf(Math.max(...outcome));
  return digit === guess ? done("right", { digit }) : notYet("wrong", { digit, guess });
}
