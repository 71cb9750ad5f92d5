// Images of whole numbers, {width, height, data} with one (grey) or three (RGB) a pixel, and what all steps
// of the framing do with them.

/** Nothing on the picture stands out from its ground. */
export class NoInk extends Error {}

// ---- numbers ----

export const sum = (values) => values.reduce((a, b) => a + b, 0);
export const greatest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const half = (value) => Math.floor(value + 0.5); // rounded, halves up

/** The value in the middle of whole numbers once they are sorted, the upper one of two. */
export const middleOf = (values) => Int32Array.from(values).sort()[values.length >> 1];

// ---- parts of an image ----

/**
 * The part of a picture within a box.
 * @param {{width: number, data: any}} picture typed array of pixels
 * @param {number[]} box left, top, right, bottom
 */
export function cut({ width, data }, [left, top, right, bottom], channels) {
  const part = new data.constructor((right - left) * (bottom - top) * channels);
  for (let y = top; y < bottom; y++)
    part.set(
      data.subarray((y * width + left) * channels, (y * width + right) * channels),
      (y - top) * (right - left) * channels,
    );
  return { width: right - left, height: bottom - top, data: part };
}

/** Rows to columns, of a grey image. */
export function turned({ width, height, data }) {
  const to = new data.constructor(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) to[x * height + y] = data[y * width + x];
  return { width: height, height: width, data: to };
}

/** Indices of the pixels along the four sides; the corners twice. */
export function rimOf({ width, height }) {
  const rim = [];
  for (let x = 0; x < width; x++) rim.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) rim.push(y * width, y * width + width - 1);
  return rim;
}

export const channelsAt = (data, pixels, channels = 3) =>
  [0, 1, 2].map((c) => Int32Array.from(pixels, (i) => data[i * channels + c]));

/** With `border` empty pixels around it. */
export function padded({ width, height, data }, border) {
  const wide = width + 2 * border;
  const to = new Int32Array(wide * (height + 2 * border));
  for (let y = 0; y < height; y++)
    to.set(data.subarray(y * width, (y + 1) * width), (y + border) * wide + border);
  return { width: wide, height: height + 2 * border, data: to };
}

/** The greatest value in the 3x3 pixels around each. */
export function grown({ width, height, data }) {
  const tall = data.map((value, i) =>
    Math.max(value, i >= width ? data[i - width] : 0, i + width < data.length ? data[i + width] : 0),
  );
  const wide = tall.map((value, i) => {
    const x = i % width;
    return Math.max(value, x > 0 ? tall[i - 1] : 0, x + 1 < width ? tall[i + 1] : 0);
  });
  return { width, height, data: wide };
}

// ---- other sizes ----

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

export function shrink(image, side, channels) {
  const longer = Math.max(image.width, image.height);
  if (longer <= side) return image;
  const [width, height] = [image.width, image.height].map((length) =>
    Math.max(1, Math.floor((2 * length * side + longer) / (2 * longer))),
  );
  return resample(image, width, height, channels);
}
