// Connected strokes, and which of them are most like a digit.

import { clamp, half } from "./pixels.js";

const LEAST_LENGTH = 0.02; // of the picture; what is shorter is no digit

/** Numbers for the 8-connected parts of what is at least `least`, from 1 on, in reading order. */
function labelled({ width, height, data }, least) {
  const labels = new Int32Array(width * height);
  let number = 0;
  for (let begin = 0; begin < labels.length; begin++) {
    if (labels[begin] || data[begin] < least) continue;
    number++;
    labels[begin] = number;
    const open = [begin];
    while (open.length) {
      const i = open.pop();
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++)
        for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
          const j = row * width + column;
          if (labels[j] || data[j] < least) continue;
          labels[j] = number;
          open.push(j);
        }
    }
  }
  return { labels, number };
}

/** The parts of a relief that are at least `least`, measured and scored: {labels [pixel], found}. */
export function components(relief, least, edges) {
  const { width, height, data } = relief;
  const { labels, number } = labelled(relief, least);
  const found = Array.from({ length: number }, (_, i) => ({
    label: i + 1, area: 0, left: width, top: height, right: 0, bottom: 0, rim: 0, edge: 0,
    x: 0, y: 0, xx: 0, yy: 0, xy: 0, most: 0, drawn: 0, inDrawn: 0, outline: 0,
    slim: 0, full: 0, pen: 0, length: 0, score: 0,
  })); // prettier-ignore
  const eachPixel = (visit) =>
    labels.forEach(
      (label, i) => label && visit(found[label - 1], i % width, Math.floor(i / width), data[i], edges[i]),
    );
  const labelAt = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : labels[y * width + x]);
  eachPixel((one, x, y, value, edge) => {
    one.area++;
    one.edge += edge;
    one.left = Math.min(one.left, x);
    one.top = Math.min(one.top, y);
    one.right = Math.max(one.right, x + 1);
    one.bottom = Math.max(one.bottom, y + 1);
    one.rim += x === 0 || y === 0 || x === width - 1 || y === height - 1;
    one.most = Math.max(one.most, value);
    one.x += x;
    one.y += y;
    one.xx += x * x;
    one.yy += y * y;
    one.xy += x * y;
    for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) one.outline += labelAt(x + dx, y + dy) !== one.label; // prettier-ignore
  });
  eachPixel((one, x, y, value) => {
    if (value * 2 < one.most) return;
    one.drawn++;
    one.inDrawn += value;
  });
  const measured = found.filter((one) => one.area >= 4);
  for (const one of measured) {
    const [x, y] = [one.x / one.area, one.y / one.area];
    const xx = one.xx / one.area - x * x + 1 / 12;
    const yy = one.yy / one.area - y * y + 1 / 12;
    const xy = one.xy / one.area - x * y;
    const spread = Math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy);
    one.slim = Math.sqrt(Math.max(xx + yy - spread, 0) / (xx + yy + spread));
    one.full = half(one.inDrawn / one.drawn);
    one.pen = one.area / Math.max(one.outline * (Math.PI / 8), 1);
    one.length = Math.max(one.right - one.left, one.bottom - one.top);
  }
  for (const one of measured) one.score = likeness(one, measured, width, height);
  return { labels, found: measured };
}

/** How like a digit a part is: large, slender, not at the rim or along an edge of the ground, not a box. */
function likeness(one, found, width, height) {
  if (one.length < Math.max(3, Math.max(width, height) * LEAST_LENGTH) || one.area < 6) return 0;
  const longer = Math.max(width, height);
  let score = Math.min(one.length, 0.6 * longer) * Math.sqrt(one.full * Math.sqrt(one.full));
  if (one.right - one.left === width || one.bottom - one.top === height) score *= 0.4;
  score *= clamp(1 - (3 * one.rim) / one.length, 0.05, 1);
  score *= Math.max(1 - (1.5 * one.edge) / one.area, 0.02);
  score *= clamp((0.55 - one.pen / one.length) / 0.25, 0.02, 1);
  if (one.slim < 0.05) score *= one.rim ? 0.2 : 0.5;
  if (found.some((other) => encloses(one, other))) score *= 0.1;
  const awayX = (one.left + one.right) / width - 1;
  const awayY = (one.top + one.bottom) / height - 1;
  return score * (1 - 0.4 * Math.sqrt((awayX * awayX + awayY * awayY) / 2));
}

function encloses(one, other) {
  const around =
    one.left < other.left && one.top < other.top && one.right > other.right && one.bottom > other.bottom;
  const acrossBy = Math.abs(one.left + one.right - other.left - other.right);
  const downBy = Math.abs(one.top + one.bottom - other.top - other.bottom);
  const central = Math.max(acrossBy, downBy) <= 0.5 * one.length;
  return around && other.length >= 0.25 * one.length && other.full >= 0.4 * one.full && central;
}

function gap(one, other) {
  const across = Math.max(one.left, other.left) - Math.min(one.right, other.right);
  const down = Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom);
  return Math.max(across, down, 0);
}

export function isSecondDigit(best, other) {
  const between = (value, low, high) => value >= low && value <= high;
  if (other.score < 0.35 * best.score || !between(other.length / best.length, 0.6, 1.7)) return false;
  if (other.slim < 0.05 && other.length > 1.15 * best.length) return false; // a line
  if (!between(other.full / best.full, 0.5, 2) || !between(other.pen / best.pen, 0.25, 4)) return false;
  const beside = Math.max(best.left, other.left) - Math.min(best.right, other.right) > 0.06 * best.length;
  return beside || gap(best, other) > Math.max(0.25 * best.length, 1.5 * best.pen);
}

/** The most likely part with the smaller ones near it. */
export function grouped(found, best) {
  const group = [best];
  for (let time = 0; time < 2; time++)
    for (const one of found) {
      const near =
        Math.min(...group.map((member) => gap(one, member))) <= Math.max(0.12 * best.length, best.pen);
      if (group.includes(one) || !near || one.length > 1.2 * best.length) continue;
      if (encloses(one, best) || isSecondDigit(best, one)) continue;
      if (one.area >= 0.02 * best.area && one.full >= 0.45 * best.full && one.rim * 4 <= one.length)
        group.push(one);
    }
  return group;
}

/** The first of the highest; undefined if there are none. */
export const highest = (all) => all.reduce((a, b) => (b.score > a.score ? b : a), all[0]);
