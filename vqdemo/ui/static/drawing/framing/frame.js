// A grey image of a digit, 0 ground and 255 ink, framed as MNIST frames its digits.

import { SIDE } from "../strokes.js";
import { clamp, cut, grown, half, NoInk, padded, resample, sum } from "./pixels.js";

const BOX = 20; // pixels that the ink itself may span
const PEN = 2.2; // least width of a stroke in the frame

/**
 * Grey {width, height, data}, 0 ground and 255 ink -> Uint8Array(784): fitted into 20x20, centred by mass.
 */
export function frameGrey(grey) {
  grey = cropped(grey);
  const missing = missingPen(grey);
  if (missing) {
    grey = padded(grey, missing);
    for (let i = 0; i < missing; i++) grey = grown(grey);
  }
  const longer = Math.max(grey.width, grey.height);
  const [width, height] = [grey.width, grey.height].map((length) =>
    Math.max(1, Math.floor((2 * length * BOX + longer) / (2 * longer))),
  );
  const { data: small } = resample(grey, width, height, 1);
  const mass = sum(small);
  const place = (length, at) => {
    let moment = 0;
    small.forEach((value, i) => (moment += value * (2 * at(i) + 1)));
    return clamp(half(SIDE / 2 - moment / (2 * mass)), 0, SIDE - length);
  };
  const top = place(height, (i) => Math.floor(i / width));
  const left = place(width, (i) => i % width);
  const framed = new Uint8Array(SIDE * SIDE);
  small.forEach((value, i) => (framed[(top + Math.floor(i / width)) * SIDE + left + (i % width)] = value));
  return framed;
}

function cropped(grey) {
  let [left, top, right, bottom] = [grey.width, grey.height, 0, 0];
  grey.data.forEach((value, i) => {
    if (value <= 76) return;
    const [x, y] = [i % grey.width, Math.floor(i / grey.width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x + 1),
      Math.max(bottom, y + 1),
    ];
  });
  if (right === 0) throw new NoInk();
  return cut(grey, [left, top, right, bottom], 1);
}

function missingPen(grey) {
  const longer = Math.max(grey.width, grey.height);
  if (longer <= BOX) return 0;
  const { width, data } = padded(grey, 1);
  let [area, outline] = [0, 0];
  data.forEach((value, i) => {
    const inked = value > 127;
    area += Number(inked);
    if (i % width) outline += Number(inked !== data[i - 1] > 127);
    if (i >= width) outline += Number(inked !== data[i - width] > 127);
  });
  if (!outline) return 0;
  const pen = area / (outline * (Math.PI / 8));
  return Math.max(Math.trunc((PEN * longer - BOX * pen) / (2 * (BOX - PEN)) + 0.5), 0);
}
