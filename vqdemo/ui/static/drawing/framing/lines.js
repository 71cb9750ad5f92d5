// Ruled lines, which cross the whole picture, are taken away; strokes across them stay.

import { clamp, middleOf, sum, turned } from "./pixels.js";

export const withoutLines = (relief, least) => turned(withoutRows(turned(withoutRows(relief, least)), least));

function withoutRows(relief, least) {
  const { width, height } = relief;
  if (Math.min(width, height) < 40) return relief;
  const ends = Math.max(Math.floor(width / 12), 1);
  const reach = Math.floor(width / 8);
  for (let time = 0; time < 3; time++) {
    const from = relief.data;
    const inked = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (from[y * width + x] >= least)
          for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++)
            inked[row * width + x] = 1;
    let [best, chosen] = [0, null];
    for (let rise = -reach; rise <= reach; rise += 2) {
      const shift = Int32Array.from({ length: width }, (_, x) =>
        Math.floor((2 * rise * x + width) / (2 * width)),
      );
      const [crossing, lengths] = [[], []];
      for (let start = -reach; start < height + reach; start++) {
        const [there, inside] = [
          [0, 0, 0],
          [0, 0, 0],
        ]; // in the first columns, between, in the last
        for (let x = 0; x < width; x++) {
          const row = start + shift[x];
          if (row < 0 || row >= height) continue;
          const part = x < ends ? 0 : x < width - ends ? 1 : 2;
          inside[part]++;
          there[part] += inked[row * width + x];
        }
        const all = there[0] + there[1] + there[2];
        const long = all * 10 >= 6 * (inside[0] + inside[1] + inside[2]) && all * 10 >= 3 * width;
        crossing.push(long && there[0] * 2 >= inside[0] && there[2] * 2 >= inside[2]);
        lengths.push(all);
      }
      const middle = shift[Math.floor(width / 2)];
      const bands = runs(crossing).filter(([top, bottom]) =>
        isLine(top - reach, bottom - reach, middle, height),
      );
      const total = sum(bands.map(([top, bottom]) => sum(lengths.slice(top, bottom))));
      if (total > best) [best, chosen] = [total, { bands, shift }];
    }
    if (!chosen) return relief;
    relief = { width, height, data: from.slice() };
    for (const [top, bottom] of chosen.bands)
      eraseBand(relief, top - reach, bottom - reach, chosen.shift, least);
  }
  return relief;
}

function isLine(top, bottom, shift, height) {
  const margin = Math.floor(height / 25);
  return (
    bottom - top <= Math.max(6, Math.floor(height / 12)) &&
    bottom + shift > margin &&
    top + shift < height - margin
  );
}

/**
 * Takes away the line between rows `top` and `bottom`, along `shift`; keeps the strokes that go on above and
 * below it.
 */
function eraseBand({ width, height, data }, top, bottom, shift, least) {
  const before = data.slice();
  const at = (row, x) => before[clamp(row, 0, height - 1) * width + clamp(x, 0, width - 1)];
  const thickest = [];
  shift.forEach((moved, x) => {
    let most = -1;
    for (let row = top + moved; row < bottom + moved; row++)
      if (row >= 0 && row < height) most = Math.max(most, at(row, x));
    if (most >= 0) thickest.push(most);
  });
  const level = Math.floor((middleOf(thickest) * 5) / 4);
  for (let x = 0; x < width; x++) {
    const beside = (edge, way) => {
      let most = 0;
      for (const more of [0, way])
        for (const aside of [-1, 0, 1]) {
          const column = clamp(x + aside, 0, width - 1);
          most = Math.max(most, at(edge + shift[x] + more, column));
        }
      return most;
    };
    let crossed = Math.min(beside(top - 1, -1), beside(bottom, 1));
    if (crossed < least) crossed = 0;
    for (let row = top + shift[x]; row < bottom + shift[x]; row++)
      if (row >= 0 && row < height)
        data[row * width + x] = Math.min(at(row, x), Math.max(at(row, x) - level, 0, crossed));
  }
}

/** [start, end] of each run of true. */
function runs(flags) {
  const found = [];
  flags.forEach((flag, i) => {
    if (flag && !flags[i - 1]) found.push([i, i + 1]);
    else if (flag) found.at(-1)[1] = i + 1;
  });
  return found;
}
