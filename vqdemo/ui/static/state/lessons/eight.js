// Make a 3 into an 8 in as few codes as possible. What the digit reads as decides.

/** @import { Drawing } from "../../drawing/strokes.js" */
/** @import { State } from "../types.js" */

import { blank } from "../../drawing/strokes.js";
import { SURE } from "../belief.js";
import { differingCells, UNKNOWN } from "../grid.js";
import { done, notYet } from "./progress.js";

const TO = 8;

// A 3 of two circles that are nearly closed, so that two codes can make an 8 of it. In pixels of the image.
const STEPS = 24; // points of an arc
const OPEN = 80; // degrees
const THREE = [...arc(13.5, 9.4, 4.5, 4.8, 90 + OPEN, 450), ...arc(13.5, 19.2, 5, 5, 270, 630 - OPEN)];

/**
 * Points of an ellipse from one angle to another, in degrees; 90 is its lowest point.
 * @returns {[number, number][]}
 */
function arc(x, y, radiusX, radiusY, from, to) {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / STEPS) * Math.PI) / 180;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
  });
}

/** @type {Drawing} */
export const drawing = { ...blank, strokes: [{ points: THREE, width: 2.5, erase: false }] };

/** @param {Pick<State, "lesson" | "codes" | "belief">} state */
export function check({ lesson, codes, belief }) {
  const count = differingCells(lesson.start.codes, codes).length;
  if (codes.includes(UNKNOWN)) return notYet("unknown", { count });
  if (belief?.codes !== codes) return notYet("waiting");
  const share = belief.probabilities[TO];
  return share >= SURE ? done("done", { count, share }, count) : notYet("changed", { count, share });
}
