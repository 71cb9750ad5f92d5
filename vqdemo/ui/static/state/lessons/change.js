// Change one code, and see how far that reaches.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { differingCells, UNKNOWN } from "../grid.js";
import { lossOf } from "./loss.js";
import { done, notYet } from "./progress.js";

const EXAMPLE = 3;
const LEAST_CHANGE = 32; // of 255: if no pixel changes by so much, nothing is seen

/** @param {ModelInfo} modelInfo */
export const start = ({ examples }) => examples[EXAMPLE].codes;

/** @param {Pick<State, "lesson" | "modelInfo" | "codes" | "image" | "decodedCodes">} state */
export function check({ lesson, modelInfo, codes, image, decodedCodes }) {
  const { start } = lesson;
  const changed = differingCells(start.codes, codes);
  if (changed.length !== 1) return notYet("changed", { count: changed.length });
  const [cell] = changed;
  if (codes[cell] === UNKNOWN) return notYet("unknown");
  if (decodedCodes !== codes) return notYet("waiting");
  if (image.every((ink, i) => Math.abs(ink - start.image[i]) < LEAST_CHANGE)) return notYet("alike");
  const { cells } = lossOf(start.image, image, modelInfo.grid_shape);
  return done("done", { share: cells[cell] / cells.reduce((sum, part) => sum + part, 0) });
}
