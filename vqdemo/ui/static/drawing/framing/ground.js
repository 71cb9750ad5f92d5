// The colour that the paper has under each pixel: what is drawn is what differs from it.

import { channelsAt, clamp, greatest, middleOf, NoInk, rimOf, sum, turned } from "./pixels.js";

const TAPS = 16; // samples to each side of a running median, spread over its radius
const SAME = 14; // distance in RGB within which a colour is still that of a plain ground

/** RGBA laid on a colour that lets the drawing be seen -> RGB. @throws {NoInk} */
export function flattenAlpha({ width, height, data }) {
  const pixels = width * height;
  const solid = [];
  let clear = false;
  for (let i = 0; i < pixels; i++) {
    if (data[i * 4 + 3] >= 128) solid.push(i);
    if (data[i * 4 + 3] < 255) clear = true;
  }
  if (!solid.length) throw new NoInk();
  const rgb = new Int32Array(pixels * 3);
  let ground = [0, 0, 0];
  if (clear) {
    const middle = channelsAt(data, solid, 4).map(middleOf);
    const far = sum(middle) <= 382 ? 255 : 0;
    const others = solid.filter(
      (i) => greatest([0, 1, 2].map((c) => Math.abs(data[i * 4 + c] - middle[c]))) > 60,
    ).length;
    ground = others * 50 < solid.length || solid.length * 2 < pixels ? [far, far, far] : middle;
  }
  let most = 0;
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) {
      const alpha = data[i * 4 + 3];
      const value = Math.floor((data[i * 4 + c] * alpha + ground[c] * (255 - alpha) + 127) / 255);
      rgb[i * 3 + c] = value;
      most = Math.max(most, value);
    }
  if (most < 32) for (let i = 0; i < rgb.length; i++) rgb[i] = Math.floor((rgb[i] * 255) / Math.max(most, 1));
  return { width, height, data: rgb };
}

/** The median of 2 TAPS + 1 samples along each row, `step` pixels apart; the rim's pixels go on beyond it. */
function runningMedian({ width, height, data }, step) {
  const to = new Int32Array(data.length);
  const counts = new Int32Array(256);
  for (let y = 0; y < height; y++)
    for (let start = 0; start < Math.min(step, width); start++) {
      const at = (x) => data[y * width + clamp(x, 0, width - 1)];
      counts.fill(0);
      for (let k = -TAPS; k <= TAPS; k++) counts[at(start + step * k)]++;
      let [middle, below] = [0, 0]; // `below` samples are less than `middle`
      for (let x = start; ; x += step) {
        while (below > TAPS) below -= counts[--middle];
        while (below + counts[middle] <= TAPS) below += counts[middle++];
        to[y * width + x] = middle;
        if (x + step >= width) break;
        const [gone, come] = [at(x - step * TAPS), at(x + step * (TAPS + 1))];
        counts[gone]--;
        counts[come]++;
        below += Number(come < middle) - Number(gone < middle);
      }
    }
  return { width, height, data: to };
}

/** The ground of an RGB image. No stroke narrower than `radius` is taken for it. */
export function groundOf(rgb, radius) {
  const { width, height, data } = rgb;
  const rim = rimOf(rgb);
  const colour = channelsAt(data, rim).map(middleOf);
  const alike = (i) => sum([0, 1, 2].map((c) => (data[i * 3 + c] - colour[c]) ** 2)) <= SAME ** 2;
  const all = Array.from({ length: width * height }, (_, i) => i);
  if (all.filter(alike).length * 10 >= 4 * all.length && rim.filter(alike).length * 4 >= 3 * rim.length)
    return Int32Array.from(data, (_, i) => colour[i % 3]);
  const step = Math.ceil(radius / TAPS);
  const ground = new Int32Array(data.length);
  for (let c = 0; c < 3; c++) {
    const channel = { width, height, data: Int32Array.from(all, (i) => data[i * 3 + c]) };
    turned(runningMedian(turned(runningMedian(channel, step)), step)).data.forEach(
      (value, i) => (ground[i * 3 + c] = value),
    );
  }
  return ground;
}
