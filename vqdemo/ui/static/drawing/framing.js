// From any picture of a digit to 28x28 pixels framed as MNIST frames its digits: vqdemo/strokes.py in the
// browser, step by step under the same names, and tested equal to it (tests/unit/test_framing_scripts.py).
// What each step is for is said there.
//
// A picture is {width, height, data}, as canvas gives it: RGBA, Uint8ClampedArray. Decoding, turning by EXIF,
// and making it at most READ pixels a side is left to the browser. Images between the steps are {width,
// height, data} with one (grey) or three (RGB) whole numbers a pixel.

export const SIDE = 28; // pixels of the frame, each way
export const READ = 1600; // pixels of the longer side that are worth keeping of a photograph
const BOX = 20; // pixels that the ink itself may span
const PEN = 2.2; // least width of a stroke in the frame
const WORK = 240; // pixels of the longer side while looking for the digit
const TAPS = 16; // samples to each side of a running median, spread over its radius
const LEAST_RELIEF = 8; // distance in RGB below which there is paper and grain only
const CLOSER = 0.8; // of the picture; a digit that fills less is looked at again
const LEAST_LENGTH = 0.02; // of the picture; what is shorter is no digit
const SAME = 14; // distance in RGB within which a colour is still that of a plain ground

/** Nothing on the picture stands out from its ground. */
export class NoInk extends Error {}

/**
 * The digit on a picture.
 * @param {{width: number, height: number, data: Uint8ClampedArray}} picture RGBA
 * @param {{crop?: number[] | null, ink?: "dark" | "light" | null}} wishes crop: left, top, right, bottom in
 * pixels, all   that is looked at; ink: what it is, compared with its ground, null to leave it to the picture
 * @returns {{image: Uint8Array, ink: string, box: number[], several: boolean}} image: 784 pixels, 0 ground,
 * 255 ink;   box: left, top, right, bottom of the ink in the picture; several: there is a second digit, which
 * was left out
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

// ---- small tools ----

const sum = (values) => values.reduce((a, b) => a + b, 0);
const greatest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const half = (value) => Math.floor(value + 0.5); // rounded, halves up

/** The value in the middle of whole numbers once they are sorted, the upper one of two. */
const middleOf = (values) => Int32Array.from(values).sort()[values.length >> 1];

/**
 * The part of a picture within a box.
 * @param {{width: number, data: any}} picture typed array of pixels
 * @param {number[]} box left, top, right, bottom
 */
function cut({ width, data }, [left, top, right, bottom], channels) {
  const part = new data.constructor((right - left) * (bottom - top) * channels);
  for (let y = top; y < bottom; y++)
    part.set(
      data.subarray((y * width + left) * channels, (y * width + right) * channels),
      (y - top) * (right - left) * channels,
    );
  return { width: right - left, height: bottom - top, data: part };
}

/** Rows to columns, of a grey image. */
function turned({ width, height, data }) {
  const to = new data.constructor(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) to[x * height + y] = data[y * width + x];
  return { width: height, height: width, data: to };
}

/** Indices of the pixels along the four sides; the corners twice. */
function rimOf({ width, height }) {
  const rim = [];
  for (let x = 0; x < width; x++) rim.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) rim.push(y * width, y * width + width - 1);
  return rim;
}

const channelsAt = (data, pixels, channels = 3) =>
  [0, 1, 2].map((c) => Int32Array.from(pixels, (i) => data[i * channels + c]));

// ---- transparency, and pictures that are framed already ----

/**
 * How much is drawn in a frame of an animation: the sum over all pixels of their distance from the middle
 * colour.
 */
export function fullness({ width, height, data }) {
  const rgb = new Int32Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    if (data[i * 4 + 3] >= 128) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * 4 + c];
  const small = shrink({ width, height, data: rgb }, 64, 3);
  const pixels = Array.from({ length: small.width * small.height }, (_, i) => i);
  const middle = channelsAt(small.data, pixels).map(middleOf);
  return sum(small.data.map((value, i) => Math.abs(value - middle[i % 3])));
}

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

// ---- how far each pixel is from its ground ----

/**
 * For each of `fewer` new pixels in a row of `length`: the first old one that it covers, and how much of
 * each.
 */
function overlaps(length, fewer) {
  return Array.from({ length: fewer }, (_, j) => {
    const first = Math.floor((j * length) / fewer);
    const last = Math.ceil(((j + 1) * length) / fewer);
    const shares = [];
    for (let i = first; i < last; i++)
      shares.push(Math.min((j + 1) * length, (i + 1) * fewer) - Math.max(j * length, i * fewer));
    return { first, shares };
  });
}

/** Means over areas, halves rounded up. All sums are whole numbers below 2^53, so they are exact. */
export function resample({ width, height, data }, newWidth, newHeight, channels) {
  const across = overlaps(width, newWidth);
  const down = overlaps(height, newHeight);
  const area = width * height;
  const to = new Int32Array(newWidth * newHeight * channels);
  const rows = new Float64Array(width * channels);
  down.forEach(({ first, shares }, y) => {
    rows.fill(0);
    shares.forEach((share, k) => {
      const from = (first + k) * width * channels;
      for (let i = 0; i < rows.length; i++) rows[i] += share * data[from + i];
    });
    across.forEach(({ first: start, shares: parts }, x) => {
      for (let c = 0; c < channels; c++) {
        let total = 0;
        for (let k = 0; k < parts.length; k++) total += parts[k] * rows[(start + k) * channels + c];
        to[(y * newWidth + x) * channels + c] = Math.floor((2 * total + area) / (2 * area));
      }
    });
  });
  return { width: newWidth, height: newHeight, data: to };
}

function shrink(image, side, channels) {
  const longer = Math.max(image.width, image.height);
  if (longer <= side) return image;
  const [width, height] = [image.width, image.height].map((length) =>
    Math.max(1, Math.floor((2 * length * side + longer) / (2 * longer))),
  );
  return resample(image, width, height, channels);
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

function groundOf(rgb, radius) {
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

function reliefOf({ width, height, data }, ground) {
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
function grainOf(relief, width) {
  const differences = [];
  for (let i = 1; i < relief.length; i++)
    if (i % width) differences.push(Math.abs(relief[i] - relief[i - 1]));
  return differences.length ? middleOf(differences) : 0;
}

function edgesOf({ width, height }, ground) {
  const light = new Int32Array(width * height).map(
    (_, i) => ground[i * 3] + ground[i * 3 + 1] + ground[i * 3 + 2],
  );
  let high = { width, height, data: light };
  let low = { width, height, data: light.map((value) => 765 - value) };
  for (let time = 0; time < 3; time++) [high, low] = [grown(high), grown(low)];
  const usual = middleOf(light);
  return light.map((_, i) => ((high.data[i] + low.data[i] - 765) * 4 > usual ? 1 : 0));
}

// ---- ruled lines ----

const withoutLines = (relief, least) => turned(withoutRows(turned(withoutRows(relief, least)), least));

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

// ---- the strokes that are most like a digit ----

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

function components(relief, least, edges) {
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

function isSecondDigit(best, other) {
  const between = (value, low, high) => value >= low && value <= high;
  if (other.score < 0.35 * best.score || !between(other.length / best.length, 0.6, 1.7)) return false;
  if (other.slim < 0.05 && other.length > 1.15 * best.length) return false; // a line
  if (!between(other.full / best.full, 0.5, 2) || !between(other.pen / best.pen, 0.25, 4)) return false;
  const beside = Math.max(best.left, other.left) - Math.min(best.right, other.right) > 0.06 * best.length;
  return beside || gap(best, other) > Math.max(0.25 * best.length, 1.5 * best.pen);
}

function grouped(found, best) {
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

/** The first of the highest. */
const highest = (all) => all.reduce((a, b) => (b.score > a.score ? b : a));

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
  if (!chosen.score) {
    if (pen === null) throw new NoInk();
    return null;
  }
  const { sign, side } = chosen;
  let { labels, found } = chosen;
  let best = highest(found);
  if (best.full * 35 > least * 100) {
    ({ labels, found } = components(side, Math.floor((best.full * 35) / 100), edges));
    best = highest(found);
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

// ---- the frame ----

/** The greatest value in the 3x3 pixels around each. */
function grown({ width, height, data }) {
  const tall = data.map((value, i) =>
    Math.max(value, i >= width ? data[i - width] : 0, i + width < data.length ? data[i + width] : 0),
  );
  const wide = tall.map((value, i) => {
    const x = i % width;
    return Math.max(value, x > 0 ? tall[i - 1] : 0, x + 1 < width ? tall[i + 1] : 0);
  });
  return { width, height, data: wide };
}

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

/** With `border` empty pixels around it. */
function padded({ width, height, data }, border) {
  const wide = width + 2 * border;
  const to = new Int32Array(wide * (height + 2 * border));
  for (let y = 0; y < height; y++)
    to.set(data.subarray(y * width, (y + 1) * width), (y + border) * wide + border);
  return { width: wide, height: height + 2 * border, data: to };
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
