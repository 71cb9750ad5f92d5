// From any picture of a digit to 28x28 pixels framed as MNIST frames its digits: vqdemo/strokes.py in the
// browser, step by step under the same names, and tested equal to it (tests/unit/test_framing_scripts.py).
// What each step is for is said there; the steps are in framing/.
//
// A picture is {width, height, data}, as canvas gives it: RGBA, Uint8ClampedArray. Decoding, turning by EXIF,
// and making it small enough is left to the browser (picture.js).

import { components, grouped, highest, isSecondDigit } from "./framing/components.js";
import { frameGrey } from "./framing/frame.js";
import { flattenAlpha, groundOf } from "./framing/ground.js";
import { withoutLines } from "./framing/lines.js";
import {
  channelsAt,
  clamp,
  cut,
  greatest,
  grown,
  middleOf,
  NoInk,
  rimOf,
  shrink,
  sum,
} from "./framing/pixels.js";
import { edgesOf, grainOf, LEAST_RELIEF, reliefOf } from "./framing/relief.js";
import { SIDE } from "./strokes.js";

export { NoInk };

const WORK = 240; // pixels of the longer side while looking for the digit
const CLOSER = 0.8; // of the picture; a digit that fills less is looked at again

/**
 * The digit on a picture.
 * @param {{width: number, height: number, data: Uint8ClampedArray}} picture RGBA
 * @param {{crop?: number[] | null, ink?: "dark" | "light" | null}} wishes crop: left, top, right, bottom in
 *   pixels, all that is looked at; ink: what it is, compared with its ground, null to leave it to the picture
 * @returns {{image: Uint8Array, ink: string, box: number[], several: boolean}} image: 784 pixels, 0 ground,
 *   255 ink; box: left, top, right, bottom of the ink in the picture; several: there is a second digit, which
 *   was left out
 * @throws {NoInk}
 */
export function findDigit(picture, { crop = null, ink = null } = {}) {
  const { width, height } = picture;
  const [left, top, right, bottom] = crop ?? [0, 0, width, height];
  const rgb = flattenAlpha(cut(picture, [left, top, right, bottom], 4));
  if (!crop && width === SIDE && height === SIDE) return asFramed(rgb, ink);
  let strokes = look(rgb, ink);
  let [x, y] = [left, top];
  const [l, t, r, b] = strokes.box;
  const margin = Math.floor((Math.max(r - l, b - t) + 1) / 2);
  const near = [
    Math.max(l - margin, 0),
    Math.max(t - margin, 0),
    Math.min(r + margin, rgb.width),
    Math.min(b + margin, rgb.height),
  ];
  if (Math.max(near[2] - near[0], near[3] - near[1]) < CLOSER * Math.max(rgb.width, rgb.height)) {
    const again = look(cut(rgb, near, 3), strokes.ink, strokes.pen);
    if (again) {
      strokes = { ...again, several: strokes.several };
      [x, y] = [left + near[0], top + near[1]];
    }
  }
  const box = [strokes.box[0] + x, strokes.box[1] + y, strokes.box[2] + x, strokes.box[3] + y];
  return { image: frameGrey(strokes.grey), ink: strokes.ink, box, several: strokes.several };
}

/** A picture that has the size of the frame is taken as it is. */
function asFramed(rgb, ink) {
  const ground = channelsAt(rgb.data, rimOf(rgb)).map(middleOf);
  const away = (i) => greatest([0, 1, 2].map((c) => Math.abs(rgb.data[i * 3 + c] - ground[c])));
  let grey = Int32Array.from({ length: SIDE * SIDE }, (_, i) => away(i));
  const most = greatest(grey);
  if (most < LEAST_RELIEF) throw new NoInk();
  if (most < 200) grey = grey.map((value) => Math.floor((value * 255) / most));
  const strongest = greatest(grey);
  let [inked, light] = [0, 0];
  grey.forEach((value, i) => {
    if (value * 2 <= strongest) return;
    inked += 3;
    light += rgb.data[i * 3] + rgb.data[i * 3 + 1] + rgb.data[i * 3 + 2];
  });
  const found = light / inked > sum(ground) / 3 ? "light" : "dark";
  if (ink && ink !== found) grey = grey.map((value) => 255 - value);
  return { image: Uint8Array.from(grey), ink: ink ?? found, box: [0, 0, SIDE, SIDE], several: false };
}

function look(rgb, ink, pen = null) {
  const small = shrink(rgb, WORK, 3);
  const { width, height } = small;
  const scale = [rgb.width / width, rgb.height / height];
  const longer = Math.max(width, height);
  const quarter = Math.floor(longer / 4);
  const radius =
    pen === null
      ? quarter
      : Math.floor(Math.min(Math.max((3 * pen) / scale[1], Math.floor(longer / 12)), quarter));
  const ground = groundOf(small, Math.max(radius, 1));
  const relief = reliefOf(small, ground);
  const edges = edgesOf(small, ground);
  const grain = grainOf(relief, width);
  const least = Math.max(LEAST_RELIEF, 5 * grain, Math.min(7 * middleOf(relief.map(Math.abs)), 20 * grain));

  const bestOf = (sign, lines) => {
    let side = { width, height, data: relief.map((value) => Math.max(value * sign, 0)) };
    if (lines) side = withoutLines(side, least);
    const { labels, found } = components(side, least, edges);
    return { score: Math.max(0, ...found.map((one) => one.score)), sign, side, labels, found };
  };
  const signs = [[-1, "dark"], [1, "light"]].filter(([, name]) => !ink || ink === name).map(([sign]) => sign); // prettier-ignore
  let chosen = highest(signs.map((sign) => bestOf(sign, true)));
  if (!chosen.score) chosen = highest(signs.map((sign) => bestOf(sign, false)));
  const { sign, side } = chosen;
  let { labels, found } = chosen;
  let best = highest(found);
  if (best?.score && best.full * 35 > least * 100) {
    ({ labels, found } = components(side, Math.floor((best.full * 35) / 100), edges));
    best = highest(found);
  }
  if (!best?.score) {
    if (pen === null) throw new NoInk();
    return null;
  }
  const group = grouped(found, best);
  const several = found.some((one) => !group.includes(one) && isSecondDigit(best, one));
  const members = new Set(group.map((one) => one.label));
  let mask = { width, height, data: labels.map((label) => (members.has(label) ? 1 : 0)) };
  for (let time = 0; time < 2; time++) mask = grown(mask);
  const { full } = best;
  const grey = side.data.map((value, i) =>
    mask.data[i] ? clamp(Math.floor((510 * (20 * value - 5 * full) + 11 * full) / (22 * full)), 0, 255) : 0,
  );
  const edge = (side, of) => of(...group.map((one) => one[side]));
  const box = [
    Math.floor(edge("left", Math.min) * scale[0]),
    Math.floor(edge("top", Math.min) * scale[1]),
    Math.min(Math.floor(edge("right", Math.max) * scale[0]) + 1, rgb.width),
    Math.min(Math.floor(edge("bottom", Math.max) * scale[1]) + 1, rgb.height),
  ];
  return {
    grey: { width, height, data: grey },
    ink: sign > 0 ? "light" : "dark",
    box,
    pen: best.pen * scale[1],
    several,
  };
}
