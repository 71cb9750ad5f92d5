// Ink values (any square picture, 0 to 255) on the screen, in the colours of the theme.

import { cellAt } from "../../state/patches.js";
import { watch } from "../../state/store.js";

/** The middle of a square picture, `side` pixels each way. */
export function cropToMiddle(image, side) {
  const full = Math.sqrt(image.length);
  const rim = (full - side) / 2;
  return image.filter((_, i) => [Math.floor(i / full), i % full].every((at) => at >= rim && at < rim + side));
}

/** Show ink values on a canvas; `isAccented(x, y)` says which pixels have the accent colour. */
export function paint(canvas, image, isAccented = (x, y) => false) {
  const side = Math.sqrt(image.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const [paper, ink, accent] = ["--paper", "--ink", "--imagined"].map(colour);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  image.forEach((value, i) => {
    const mark = isAccented(i % side, Math.floor(i / side)) ? accent : ink;
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = paper[c] + ((mark[c] - paper[c]) * value) / 255;
    pixels.data[4 * i + 3] = 255;
  });
  context.putImageData(pixels, 0, 0);
}

// Pictures that stand still are <img>: to the browser every canvas is a layer of its own, and two hundred
// make each frame slow.

/** An empty picture. It is silent for those who listen: what it stands in has the name. */
export const picture = () =>
  Object.assign(document.createElement("img"), { alt: "", draggable: false, decoding: "sync" });

/** Show ink values in an <img>, or nothing: where it comes and goes the browser need not lay it out anew. */
export function depict(img, image) {
  if (!image) return void (img.src = NOTHING);
  if (!addresses.has(image)) {
    paint(spare, image);
    addresses.set(image, spare.toDataURL());
  }
  img.src = addresses.get(image);
}

const NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"; // 1x1, clear
const spare = document.createElement("canvas");
let addresses = new WeakMap(); // by picture
watch(["theme"], () => (addresses = new WeakMap()));

/** A test of cells as a test of pixels (x, y), for paint. */
export function inCells({ grid_shape }, test) {
  return (x, y) => test(cellAt(x, y, grid_shape));
}

/** Show strengths on a transparent canvas, as more or less of a colour of the theme. */
export function tint(canvas, image, name = "--accent") {
  const side = Math.sqrt(image.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const accent = colour(name);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  image.forEach((strength, i) => pixels.data.set([...accent, Math.min(strength * 2.5, 170)], 4 * i));
  context.putImageData(pixels, 0, 0);
}

// Asking for a style makes the browser work out all that has changed, so each colour is asked for once a
// theme.
const colours = new Map();
watch(["theme"], () => colours.clear());

/** A colour of the theme, given in CSS as #rrggbb -> [r, g, b]. */
export function colour(name) {
  if (!colours.has(name)) {
    const hex = getComputedStyle(document.querySelector(".gradio-container")).getPropertyValue(name).trim();
    colours.set(
      name,
      [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)),
    );
  }
  return colours.get(name);
}
