// Draw something that the codes cannot keep.

/** @import { State } from "../types.js" */

import { sameCodes } from "../grid.js";
import { done, notYet } from "./progress.js";

export const MUCH = 0.25; // of the drawing is lost
const LEAST_INK = 15; // black pixels: of a mere dot anything may be lost

export const needsLoss = true;

/** @param {Pick<State, "drawing" | "image" | "codes" | "encoded" | "loss">} state */
export function check({ drawing, image, codes, encoded, loss }) {
  if (!drawing.strokes.length) return notYet("draw");
  if (loss?.drawing !== drawing || loss.image !== image) return notYet("waiting");
  if (loss.ink < LEAST_INK) return notYet("more");
  if (!sameCodes(codes, encoded)) return notYet("edited");
  const parts = { share: loss.share, level: MUCH };
  return loss.share > MUCH ? done("done", parts) : notYet("kept", parts);
}
