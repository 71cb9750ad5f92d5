// Rows of completions, small, with what was sampled in its own colour.

import { UNKNOWN } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { state } from "../../state/store.js";
import { decimal } from "../parts/numbers.js";
import { inCells, paint } from "../parts/paint.js";

/**
 * @param {Record<string, string>} text
 * @returns how to show completions of a grid in an element
 */
export function mountCompletions(text) {
  return function showRow(row, completions, question) {
    while (row.children.length < completions.length) {
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      row.append(canvas);
    }
    const sampled = inCells(state.modelInfo, (cell) => question[cell] === UNKNOWN);
    completions.forEach(({ codes, image, log_prob }, i) => {
      const canvas = row.children[i];
      canvas.dataset.codes = codes.join(" ");
      canvas.title = canvas.ariaLabel = fill(text.completion, {
        number: i + 1,
        bits: decimal(-log_prob / Math.LN2, 0),
      });
      paint(canvas, image, sampled);
    });
  };
}
