// Make a 3 into an 8 in as few codes as possible. What the digit reads as decides.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { SURE } from "../belief.js";
import { differingCells, UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const [FROM, TO] = [3, 8];

/** @param {ModelInfo} modelInfo */
export const start = ({ examples }) => examples[FROM].codes;

/** @param {Pick<State, "lesson" | "codes" | "belief">} state */
export function check({ lesson, codes, belief }) {
  const count = differingCells(lesson.start.codes, codes).length;
  if (codes.includes(UNKNOWN)) return notYet("unknown", { count });
  if (belief?.codes !== codes) return notYet("waiting");
  const share = belief.probabilities[TO];
  return share >= SURE ? done("done", { count, share }, count) : notYet("changed", { count, share });
}
