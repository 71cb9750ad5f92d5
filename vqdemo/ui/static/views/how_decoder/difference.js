// The difference of two pictures in two colours: the accent colour where the first has more ink, the other
// where it has less.

import { colour } from "../parts/paint.js";

/** @import { Image } from "../../networks/types.js" */

/** @param {HTMLCanvasElement} canvas @param {Image} picture @param {Image} other */
export function paintDifference(canvas, picture, other) {
  const side = Math.sqrt(picture.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const [paper, more, less] = ["--paper", "--accent", "--surprise"].map(colour);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  picture.forEach((ink, i) => {
    const change = (ink - other[i]) / 255;
    const mark = change > 0 ? more : less;
    const mixed = paper.map((value, c) => value + (mark[c] - value) * Math.abs(change));
    pixels.data.set([...mixed, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
}
