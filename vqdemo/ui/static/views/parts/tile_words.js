// What a code draws, in a few words made from its tile, for those who listen: "stroke down, right".

import { sentences } from "../../state/message.js";
import { fill } from "../../state/sentence.js";

const OWN = 1 / 3; // of the tile's side: its middle, which the code itself draws
const SEEN = 2 / 3; // of the side: what counts for the direction of a stroke
const EMPTY = 0.1; // mean ink of the middle, of 1: less is hardly any
const FULL = 0.8; // and more fills the cell
const STRAIGHT = 0.4; // coherence from which on a stroke has one direction
const ASIDE = 0.14; // of the middle's side: how far its ink lies off its centre, to be at a side

/**
 * What a tile shows, by names of words.
 * @param {ArrayLike<number>} tile ink values 0 to 255, row by row, of a square picture
 * @returns {{ink: "none" | "stroke" | "bend" | "full", direction: "across" | "down" | "rising" | "falling" |
 *   null, vertical: "top" | "middle" | "bottom", horizontal: "left" | "middle" | "right"}} direction: of a
 *   stroke
 */
export function lookOf(tile) {
  const side = Math.sqrt(tile.length);
  const inkAt = (x, y) => tile[y * side + x] / 255;
  const middle = placesIn(side, OWN);
  const ink = sum(middle, inkAt);
  const mean = ink / middle.length;
  const off = (axis) =>
    ink ? sum(middle, (x, y) => inkAt(x, y) * ([x, y][axis] - (side - 1) / 2)) / ink : 0;
  const name = (distance, names) => names[Math.abs(distance) < ASIDE * OWN * side ? 1 : distance < 0 ? 0 : 2];
  const place = {
    vertical: name(off(1), ["top", "middle", "bottom"]),
    horizontal: name(off(0), ["left", "middle", "right"]),
  };
  if (mean < EMPTY) return { ink: "none", direction: null, ...place };
  if (mean > FULL) return { ink: "full", direction: null, vertical: "middle", horizontal: "middle" };

  // The structure tensor: along a stroke the ink changes least
  // (https://en.wikipedia.org/wiki/Structure_tensor).
  const seen = placesIn(side, SEEN);
  const slope = (x, y) => [inkAt(x + 1, y) - inkAt(x - 1, y), inkAt(x, y + 1) - inkAt(x, y - 1)];
  const tensor = (i, j) => sum(seen, (x, y) => slope(x, y)[i] * slope(x, y)[j]);
  const [xx, xy, yy] = [tensor(0, 0), tensor(0, 1), tensor(1, 1)];
  const coherence = xx + yy ? Math.hypot(xx - yy, 2 * xy) / (xx + yy) : 0;
  if (coherence < STRAIGHT) return { ink: "bend", direction: null, ...place };
  const steepest = Math.atan2(2 * xy, xx - yy) / 2; // of the ink: across the stroke
  const eighth = Math.round((4 * steepest) / Math.PI); // in steps of 45°, -2 to 2
  const directions = /** @type {const} */ ({
    0: "down",
    1: "rising",
    [-1]: "falling",
    2: "across",
    [-2]: "across",
  });
  return { ink: "stroke", direction: directions[eighth], ...place };
}

const words = new Map(); // by tile

/** A tile in words. @param {ArrayLike<number>} tile */
export function tileInWords(tile) {
  if (!words.has(tile)) words.set(tile, wordsFor(lookOf(tile)));
  return words.get(tile);
}

function wordsFor({ ink, direction, vertical, horizontal }) {
  const place = sentences[`tile_${vertical}_${horizontal}`];
  return fill(sentences[`tile_${direction ?? ink}`], { place });
}

/** The places of a square's middle part, without those at its border. @returns {[number, number][]} x and y */
function placesIn(side, part) {
  const rim = Math.max(Math.round((side * (1 - part)) / 2), 1);
  const line = Array.from({ length: side - 2 * rim }, (_, i) => i + rim);
  return line.flatMap((y) => line.map((x) => /** @type {[number, number]} */ ([x, y])));
}

const sum = (places, value) => places.reduce((all, [x, y]) => all + value(x, y), 0);
