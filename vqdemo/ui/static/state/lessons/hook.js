// Find a code that draws a hook: its tile has a light pixel from which dark ink is met in at least three of
// the four directions.

/** @import { ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */

import { differingCells, UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const EXAMPLE = 7;
const [LIGHT, DARK] = [128, 160]; // of 255: less ink is light, and more is dark
const RIM = 2; // pixels of a tile at its border that do not count as the inside of a hook
const SIDES = 3;

/** @param {ModelInfo} modelInfo */
export const start = ({ examples }) => examples[EXAMPLE].codes;

/** Whether a tile shows a hook. @param {Uint8Array} tile a square picture */
export function isHook(tile) {
  const side = Math.sqrt(tile.length);
  const inside = Array.from({ length: side - 2 * RIM }, (_, i) => i + RIM);
  const isDark = (row, column) => tile[row * side + column] >= DARK;
  const all = [...Array(side).keys()];
  const sidesWithInk = (row, column) =>
    [
      all.some((y) => y < row && isDark(y, column)),
      all.some((y) => y > row && isDark(y, column)),
      all.some((x) => x < column && isDark(row, x)),
      all.some((x) => x > column && isDark(row, x)),
    ].filter(Boolean).length;
  return inside.some((row) =>
    inside.some((column) => tile[row * side + column] < LIGHT && sidesWithInk(row, column) >= SIDES),
  );
}

/** @param {Pick<State, "lesson" | "modelInfo" | "codes">} state */
export function check({ lesson, modelInfo, codes }) {
  const written = differingCells(lesson.start.codes, codes)
    .map((cell) => codes[cell])
    .filter((code) => code !== UNKNOWN);
  const hook = written.find((code) => isHook(modelInfo.tiles[code]));
  if (hook !== undefined) return done("done", { code: hook });
  return written.length ? notYet("straight", { code: written.at(-1) }) : notYet("none");
}
