// How far each pixel is from its ground, and how much of that is the paper's own.

import { clamp, grown, half, middleOf, NoInk } from "./pixels.js";

export const LEAST_RELIEF = 8; // distance in RGB below which there is paper and grain only

/**
 * The distance of each pixel from the ground, along the one axis of colour on which they differ most;
 * negative where the pixel is darker.
 * @throws {NoInk}
 */
export function reliefOf({ width, height, data }, ground) {
  const away = data.map((value, i) => value - ground[i]);
  const moments = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]; // prettier-ignore
  for (let i = 0; i < away.length; i += 3) {
    if (away[i] ** 2 + away[i + 1] ** 2 + away[i + 2] ** 2 < LEAST_RELIEF ** 2) continue;
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) moments[a][b] += away[i + a] * away[i + b];
  }
  let axis = [0.6, 0.64, 0.48];
  for (let turn = 0; turn < 40; turn++) {
    axis = moments.map((row) => row[0] * axis[0] + row[1] * axis[1] + row[2] * axis[2]);
    const length = Math.sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    if (!length) throw new NoInk();
    axis = axis.map((part) => part / length);
  }
  if (axis[0] + axis[1] + axis[2] < 0) axis = axis.map((part) => -part);
  const light = new Int32Array(width * height).map(
    (_, i) => ground[i * 3] + ground[i * 3 + 1] + ground[i * 3 + 2] + 1,
  );
  const usual = middleOf(light);
  return light.map((here, i) => {
    const along = away[i * 3] * axis[0] + away[i * 3 + 1] * axis[1] + away[i * 3 + 2] * axis[2];
    return half(along * clamp(usual / here, 0.5, along < 0 ? 2 : 1));
  });
}

/** By how much neighbours in a row differ, in the middle. */
export function grainOf(relief, width) {
  const differences = [];
  for (let i = 1; i < relief.length; i++)
    if (i % width) differences.push(Math.abs(relief[i] - relief[i - 1]));
  return differences.length ? middleOf(differences) : 0;
}

/** 1 where the ground itself changes, as at the edge of a shadow or of the paper, else 0. */
export function edgesOf({ width, height }, ground) {
  const light = new Int32Array(width * height).map(
    (_, i) => ground[i * 3] + ground[i * 3 + 1] + ground[i * 3 + 2],
  );
  let high = { width, height, data: light };
  let low = { width, height, data: light.map((value) => 765 - value) };
  for (let time = 0; time < 3; time++) [high, low] = [grown(high), grown(low)];
  const usual = middleOf(light);
  return light.map((_, i) => ((high.data[i] + low.data[i] - 765) * 4 > usual ? 1 : 0));
}
