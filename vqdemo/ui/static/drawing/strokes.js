// Drawings -> pixels. A drawing is data: an image with strokes over it. It is rendered as smooth lines:
// finely to be shown, and coarsely for the encoder, which is given the mean ink over each pixel.

/** @import { Image } from "../networks/types.js" */

/**
 * All is measured in pixels of the 28x28 image.
 * @typedef {object} Drawing
 * @property {Image | null} base an image under the strokes, or none
 * @property {[number, number, number]} place where that lies: x, y, scale
 * @property {Stroke[]} strokes
 * @property {boolean} [invitation] whether it is the example that greets a visitor, and gives way to the
 *   first stroke
 */

/** @typedef {{points: [number, number][], width: number, erase: boolean}} Stroke */
/** @typedef {{detail: number, canvas: HTMLCanvasElement, pen: CanvasRenderingContext2D}} Sheet */

export const SIDE = 28;
const BOX_SIDE = 20; // pixels: MNIST scales its digits into a box of 20x20
const MIN_INK = 64; // of 255: a paler pixel does not count as part of the digit
const ENCODED_DETAIL = 4; // a finer rendering would change nothing but the time

/** @type {Drawing} */
export const blank = { base: null, place: [0, 0, 1], strokes: [] };

/** @param {Drawing} drawing */
export const isEmpty = (drawing) => !drawing.base && !drawing.strokes.length;

/**
 * A canvas made to draw on, with `detail` pixels, each way, for each pixel of the image.
 * @param {HTMLCanvasElement} canvas
 * @param {number} detail
 * @param {CanvasRenderingContext2DSettings} [options]
 * @returns {Sheet}
 */
export function sheet(canvas, detail, options) {
  canvas.width = canvas.height = SIDE * detail;
  return { detail, canvas, pen: canvas.getContext("2d", options) };
}

/**
 * Render a drawing on a sheet in a colour [r, g, b]: the opacity is its ink.
 * @param {Drawing} drawing
 * @param {Sheet} sheet
 */
export function render(drawing, { detail, canvas, pen }, rgb = [0, 0, 0]) {
  pen.globalCompositeOperation = "source-over";
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (drawing.base) {
    const [x, y, scale] = drawing.place.map((value) => value * detail);
    pen.imageSmoothingEnabled = drawing.place[2] !== 1;
    pen.drawImage(asCanvas(drawing.base, rgb), x, y, SIDE * scale, SIDE * scale);
  }
  pen.strokeStyle = `rgb(${rgb})`;
  pen.lineCap = pen.lineJoin = "round";
  for (const { points, width, erase } of drawing.strokes) {
    pen.globalCompositeOperation = erase ? "destination-out" : "source-over";
    pen.lineWidth = width * detail;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x * detail, y * detail);
    if (points.length === 1) pen.lineTo(points[0][0] * detail + 0.01, points[0][1] * detail);
    pen.stroke();
  }
}

/** @type {Sheet} */
let encodedSheet;

/**
 * A drawing -> the image that the encoder is given.
 * @param {Drawing} drawing
 * @returns {Image}
 */
export function rasterise(drawing) {
  encodedSheet ??= sheet(document.createElement("canvas"), ENCODED_DETAIL, { willReadFrequently: true });
  render(drawing, encodedSheet);
  const { detail, canvas, pen } = encodedSheet;
  const fine = pen.getImageData(0, 0, canvas.width, canvas.width).data;
  const image = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < image.length; i++) {
    const [row, column] = [Math.floor(i / SIDE) * detail, (i % SIDE) * detail];
    let sum = 0;
    for (let y = row; y < row + detail; y++) {
      for (let x = column; x < column + detail; x++) sum += fine[(y * canvas.width + x) * 4 + 3];
    }
    image[i] = Math.round(sum / detail ** 2);
  }
  return image;
}

/**
 * The drawing scaled into the box and moved so that its centre of mass is in the centre, or null where there
 * is no ink.
 * @param {Drawing} drawing
 * @returns {Drawing | null}
 */
export function centred(drawing) {
  const image = rasterise(drawing);
  let [left, right, top, bottom, mass, x, y] = [SIDE, 0, SIDE, 0, 0, 0, 0];
  image.forEach((ink, i) => {
    if (ink < MIN_INK) return;
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [mass, x, y] = [mass + ink, x + ink * (column + 0.5), y + ink * (row + 0.5)];
  });
  if (!mass) return null;
  const scale = BOX_SIDE / Math.max(right - left, bottom - top);
  const [dx, dy] = [SIDE / 2 - (scale * x) / mass, SIDE / 2 - (scale * y) / mass];
  const [px, py, size] = drawing.place;
  return {
    base: drawing.base,
    place: [px * scale + dx, py * scale + dy, size * scale],
    strokes: drawing.strokes.map((stroke) => ({
      ...stroke,
      width: stroke.erase ? stroke.width * scale : stroke.width, // the pen keeps its width, as MNIST's does
      points: stroke.points.map(([a, b]) => [a * scale + dx, b * scale + dy]),
    })),
  };
}

function asCanvas(image, rgb) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const pixels = new ImageData(SIDE, SIDE);
  image.forEach((ink, i) => pixels.data.set([...rgb, ink], 4 * i));
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}
