// Draw, and find the cell in which most of the drawing is lost.

/** @import { State } from "../types.js" */

import { done, notYet } from "./progress.js";

const WORST = 3; // cells that count: of two that lose nearly the same, nobody sees which loses more

export const needsLoss = true;

/** @param {Pick<State, "drawing" | "image" | "selected" | "loss">} state */
export function check({ drawing, image, selected, loss }) {
  if (!drawing.strokes.length) return notYet("draw");
  if (loss?.drawing !== drawing || loss.image !== image) return notYet("waiting");
  if (!loss.ink) return notYet("draw"); // of all that was drawn nothing is left
  if (selected.size !== 1) return notYet("choose", { share: loss.share });
  const [cell] = selected;
  const share = loss.cells[cell] / loss.cells.reduce((sum, error) => sum + error, 0);
  const worse = loss.cells.filter((error) => error > loss.cells[cell]).length;
  return worse < WORST ? done("found", { share }) : notYet("elsewhere", { share });
}
