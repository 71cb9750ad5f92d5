// Raise the temperature until no digits come out. It is broken when the prior finds what was drawn so
// unlikely that it takes more than BROKEN bits a cell.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { sameCodes, UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const BROKEN = 3; // bits a cell: as if each code had been one of eight that were equally likely

/** @param {ModelInfo} modelInfo */
export const start = ({ blank }) => blank.codes.map(() => UNKNOWN);

/** @param {Pick<State, "lesson" | "alternatives">} state */
export function check({ lesson, alternatives }) {
  if (!alternatives || !sameCodes(alternatives.question, lesson.start.codes)) return notYet("complete");
  const { list, settings, question } = alternatives;
  if (!list.length || list.some(({ log_prob }) => log_prob === null)) return notYet("waiting");
  const mean = list.reduce((sum, { log_prob }) => sum - log_prob, 0) / list.length;
  const parts = { temperature: settings.temperature, bits: mean / Math.LN2 / question.length, level: BROKEN };
  return parts.bits > BROKEN ? done("done", parts) : notYet("bits", parts);
}
