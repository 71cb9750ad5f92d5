// Drawings and pixels. A drawing is data: an optional 28x28 `base` picture lying at `place` (x, y, scale), and
// `strokes` over it, each {points, width, erase}, all measured in pixels of the 28x28 image. It is rendered as
// smooth lines: finely to be shown, and coarsely for the network, which sees the average over each pixel.

import { watch } from "../state/store.js";

export const SIDE = 28;
const BOX = 20; // what MNIST fits its digits into

export const blank = { base: null, place: [0, 0, 1], strokes: [] };

export const isEmpty = (drawing) => !drawing.base && !drawing.strokes.length;

/** A canvas made to draw on, with `detail` pixels for each pixel of the image. */
export function sheet(canvas, detail, options) {
  canvas.width = canvas.height = SIDE * detail;
  return { detail, canvas, pen: canvas.getContext("2d", options) };
}

/** Render a drawing on a sheet in a colour [r, g, b]: the opacity is its ink. */
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

const read = sheet(document.createElement("canvas"), 4, { willReadFrequently: true }); // a finer one would change nothing but the time

/** A drawing -> the 28x28 image that the network is given. */
export function rasterise(drawing) {
  render(drawing, read);
  const { detail, canvas, pen } = read;
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

/** The drawing scaled into the box of 20x20 and moved so that its centre of mass is in the centre, or null. */
export function centred(drawing) {
  const image = rasterise(drawing);
  let [left, right, top, bottom, mass, x, y] = [SIDE, 0, SIDE, 0, 0, 0, 0];
  image.forEach((ink, i) => {
    if (ink < 64) return;
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [mass, x, y] = [mass + ink, x + ink * (column + 0.5), y + ink * (row + 0.5)];
  });
  if (!mass) return null;
  const scale = BOX / Math.max(right - left, bottom - top);
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

/** The middle of a square picture, `side` pixels each way. */
export function middle(image, side) {
  const full = Math.sqrt(image.length);
  const rim = (full - side) / 2;
  return image.filter((_, i) => [Math.floor(i / full), i % full].every((at) => at >= rim && at < rim + side));
}

/** Show ink values (any square picture) on a canvas, in the colours of the theme; `tint(x, y)` picks the accent. */
export function paint(canvas, image, tint = () => false) {
  const side = Math.sqrt(image.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const [paper, ink, accent] = ["--paper", "--ink", "--imagined"].map(colour);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  image.forEach((value, i) => {
    const mark = tint(i % side, Math.floor(i / side)) ? accent : ink;
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = paper[c] + ((mark[c] - paper[c]) * value) / 255;
    pixels.data[4 * i + 3] = 255;
  });
  context.putImageData(pixels, 0, 0);
}

// Pictures that stand still are <img>: to the browser every canvas is a layer of its own, and two hundred make each frame slow.

/** An empty picture. It is silent for those who listen: what it stands in has the name. */
export const picture = () => Object.assign(document.createElement("img"), { alt: "", draggable: false, decoding: "sync" });

/** Show ink values (any square picture) in an <img>, in the colours of the theme. */
export function depict(img, image) {
  if (!addresses.has(image)) {
    paint(spare, image);
    addresses.set(image, spare.toDataURL());
  }
  img.src = addresses.get(image);
}

const spare = document.createElement("canvas");
const addresses = new Map(); // by image
watch(["theme"], () => addresses.clear());

/** A test of cells as a test of pixels (x, y), for paint. */
export function inCells({ grid_shape: [rows, columns] }, test) {
  return (x, y) => test(Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE));
}

/** Show strengths (any square picture, 0 to 255) on a transparent canvas, as more or less of the accent colour. */
export function tint(canvas, image) {
  const side = Math.sqrt(image.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const accent = colour("--accent");
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  image.forEach((strength, i) => pixels.data.set([...accent, Math.min(strength * 2.5, 170)], 4 * i));
  context.putImageData(pixels, 0, 0);
}

// Asking for a style makes the browser work out all that has changed, so each colour is asked for once a theme.
const colours = new Map();
watch(["theme"], () => colours.clear());

/** A colour of the theme, given in CSS as #rrggbb -> [r, g, b]. */
export function colour(name) {
  if (!colours.has(name)) {
    const hex = getComputedStyle(document.querySelector(".gradio-container")).getPropertyValue(name).trim();
    colours.set(name, [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  }
  return colours.get(name);
}
