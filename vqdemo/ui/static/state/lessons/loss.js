// How much of a drawing is lost in its reconstruction.

/** @import { Image } from "../../networks/types.js" */

import { SIDE } from "../../drawing/strokes.js";
import { placeOf } from "../grid.js";
import { cellAt } from "../patches.js";

/**
 * `cells`: by cell, the squared error of its pixels. `share`: the squared error of all pixels relative to the
 * drawing's squared ink, 0 where nothing is lost. `ink`: how many black pixels the drawing's ink would make.
 * @param {Image} drawn
 * @param {Image} image the reconstruction
 * @param {[number, number]} shape of the grid
 */
export function lossOf(drawn, image, shape) {
  const cells = Array(shape[0] * shape[1]).fill(0);
  let [lost, all, ink] = [0, 0, 0];
  drawn.forEach((value, pixel) => {
    const [y, x] = placeOf(pixel, SIDE);
    const error = ((value - image[pixel]) / 255) ** 2;
    cells[cellAt(x, y, shape)] += error;
    [lost, all, ink] = [lost + error, all + (value / 255) ** 2, ink + value / 255];
  });
  return { cells, share: all ? lost / all : 0, ink };
}
