// A drawing as a short text for links: what the pen did, as whole numbers (of fractions of a pixel, each the
// difference to the one before) in base 64, five bits a letter and a sixth that says whether more follow.

/** @import { Drawing, Stroke } from "../drawing/strokes.js" */
/** @import { Image } from "../networks/types.js" */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STEPS = 20; // of a coordinate, and of a pen's width, in a pixel
const SCALE_STEPS = 1000;
const TOLERANCES = [0.05, 0.1, 0.2, 0.4]; // pixels that a point may be off its line to be left out
const MOST = 2 ** 20; // no number of a drawing is larger

/**
 * The drawing as text of at most `limit` letters, or null where it does not fit. A picture under the strokes
 * has to be one of `bases`, which are those that the reader has.
 * @param {Drawing} drawing
 * @param {Image[]} bases
 * @param {number} limit
 */
export function toText({ base, place, strokes }, bases, limit) {
  const known = base ? bases.findIndex((other) => other.every((ink, i) => ink === base[i])) : -1;
  if (base && known < 0) return null;
  const [x, y, scale] = place;
  const placed = base ? [x * STEPS, y * STEPS, scale * SCALE_STEPS].map(Math.round) : [];
  for (const tolerance of TOLERANCES) {
    const numbers = [known + 1, ...placed, strokes.length];
    for (const { points, width, erase } of strokes) {
      const kept = simplified(points, tolerance).map((point) => point.map((at) => Math.round(at * STEPS)));
      numbers.push(2 * Math.round(width * STEPS) + Number(erase), kept.length);
      kept.forEach(([x, y], i) => numbers.push(x - (kept[i - 1]?.[0] ?? 0), y - (kept[i - 1]?.[1] ?? 0)));
    }
    const text = numbers.map(letters).join("");
    if (text.length <= limit) return text;
  }
  return null;
}

/**
 * The inverse; null where the text is damaged. Whatever stands behind the drawing is left alone.
 * @param {string} text
 * @param {Image[]} bases
 * @returns {Drawing | null}
 */
export function fromText(text, bases) {
  let at = 0;
  const next = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const letter = LETTERS.indexOf(text[at++] ?? " ");
      if (letter < 0 || factor > MOST) throw new RangeError("damaged");
      value += (letter & 31) * factor;
      factor *= 32;
      if (letter < 32) return value % 2 ? -(value + 1) / 2 : value / 2;
    }
  };
  const count = () => {
    const value = next();
    if (value < 0 || value > text.length) throw new RangeError("damaged");
    return value;
  };
  try {
    const known = count();
    if (known > bases.length) return null;
    const base = known ? bases[known - 1] : null;
    /** @type {[number, number, number]} */
    const place = known ? [next() / STEPS, next() / STEPS, next() / SCALE_STEPS] : [0, 0, 1];
    /** @type {Stroke[]} */
    const strokes = Array.from({ length: count() }, () => {
      const pen = next();
      let [x, y] = [0, 0];
      const points = Array.from({ length: count() }, () => {
        [x, y] = [x + next(), y + next()];
        return /** @type {[number, number]} */ ([x / STEPS, y / STEPS]);
      });
      return { points, width: Math.floor(pen / 2) / STEPS, erase: pen % 2 === 1 };
    });
    const good = place[2] > 0 && strokes.every(({ points, width }) => points.length && width > 0);
    return good ? { base, place, strokes } : null;
  } catch {
    return null;
  }
}

/** A whole number in base 64. */
function letters(value) {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = "";
  do {
    const more = rest >= 32 ? 32 : 0;
    text += LETTERS[(rest % 32) + more];
    rest = Math.floor(rest / 32);
  } while (rest);
  return text;
}

/** Points without those that are within `tolerance` of the line that the others draw (Douglas and Peucker). */
function simplified(points, tolerance) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  let [far, most] = [0, tolerance];
  points.forEach((point, i) => {
    const distance = distanceTo(point, first, last);
    if (distance > most) [far, most] = [i, distance];
  });
  if (!far) return [first, last];
  const before = simplified(points.slice(0, far + 1), tolerance);
  return [...before.slice(0, -1), ...simplified(points.slice(far), tolerance)];
}

/** From a point to a piece of a line. */
function distanceTo([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}
