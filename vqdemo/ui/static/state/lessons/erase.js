// Erase as many cells as possible, so that the others still say which digit it is. What they read as decides:
// that is how likely the completions are to be this digit.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { SURE } from "../belief.js";
import { UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const DIGIT = 5;
export const MOST = 10; // known cells with which the lesson is solved; fewer are better

/** @param {ModelInfo} modelInfo */
export const start = ({ examples }) => examples[DIGIT].codes;

/** @param {Pick<State, "lesson" | "codes" | "belief">} state */
export function check({ lesson, codes, belief }) {
  const known = [...codes.keys()].filter((cell) => codes[cell] !== UNKNOWN);
  if (known.some((cell) => codes[cell] !== lesson.start.codes[cell])) return notYet("edited");
  if (belief?.codes !== codes) return notYet("waiting");
  const parts = { count: known.length, share: belief.probabilities[DIGIT], most: MOST };
  if (parts.share < SURE) return notYet("unsure", parts);
  return parts.count > MOST ? notYet("more", parts) : done("done", parts, parts.count);
}
