// Cells and the pixels of their patches: which they are, and how something that is measured of each pixel is
// shared out around a cell. Nothing here knows the page.

/** @import { Image } from "../networks/types.js" */

import { SIDE } from "../drawing/strokes.js";
import { placeOf } from "./grid.js";

/** The cell whose patch a pixel belongs to, in a grid of a shape. */
export const cellAt = (x, y, [rows, columns]) =>
  Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE);

/** The pixels of a cell's patch, row by row, in a grid of a shape. */
export function pixelsOf(cell, [rows, columns]) {
  const [height, width] = [SIDE / rows, SIDE / columns];
  const [row, column] = placeOf(cell, columns);
  return Array.from(
    { length: height * width },
    (_, i) => (row * height + Math.floor(i / width)) * SIDE + column * width + (i % width),
  );
}

/** How many cells apart two cells are, the larger of across and down, in a grid of a shape. */
export function ringOf(a, b, [, columns]) {
  const [[row1, column1], [row2, column2]] = [placeOf(a, columns), placeOf(b, columns)];
  return Math.max(Math.abs(row1 - row2), Math.abs(column1 - column2));
}

/**
 * What share of the sum of `values`, one for each pixel, lies in the patch of a cell, in the cells one
 * further, two further and so on.
 * @param {Iterable<number>} values
 * @param {[number, number]} shape
 */
export function sharesByRing(values, cell, shape) {
  const [rows, columns] = shape;
  const shares = new Array(Math.max(rows, columns)).fill(0);
  let sum = 0;
  let pixel = 0;
  for (const value of values) {
    const [y, x] = placeOf(pixel++, SIDE);
    shares[ringOf(cellAt(x, y, shape), cell, shape)] += value;
    sum += value;
  }
  return shares.map((share) => (sum ? share / sum : 0));
}

/**
 * How far each pixel is, on average, in `others` from where it is in `own`, of 255.
 * @param {Image} own
 * @param {Image[]} others
 */
export const meanChange = (own, others) =>
  Float32Array.from(
    own,
    (ink, pixel) => others.reduce((sum, other) => sum + Math.abs(other[pixel] - ink), 0) / others.length,
  );

/** The mean squared difference of a pixel, with ink from 0 to 1. @param {Image} a @param {Image} b */
export const squaredError = (a, b) =>
  a.reduce((sum, ink, pixel) => sum + ((ink - b[pixel]) / 255) ** 2, 0) / a.length;
