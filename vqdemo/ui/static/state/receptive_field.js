// The receptive field of the open cell, measured on the drawing itself: pixel after pixel is inverted, and
// what counts is how far that moves the encoder's output for the cell. One pass through the encoder tells it
// for all cells at once, so that of a drawing each pixel is inverted only once. The pixels nearest to the
// cell come first.

/** @import { Image } from "../networks/types.js" */

import * as networks from "../networks/client.js";
import { newestFirst } from "./newest_first.js";
import { pixelsOf, ringOf } from "./patches.js";
import { state, update, watch } from "./store.js";

const CHUNK = 8; // pixels in one request, so that others need not wait for long

const queue = newestFirst();
let wanted = false;
/** @type {{image: Image, moves: Map<number, Float32Array>}} of each inverted pixel: how far each cell moved */
let table = { image: null, moves: new Map() };

/** Whether somebody looks at it: it is measured only then. */
export function wantReceptiveField(isWanted) {
  wanted = isWanted;
  follow(state);
}

watch(["view", "drawing", "encoding", "opened"], follow);

function follow({ view, drawing, encoding, opened }) {
  if (!wanted || view !== "how" || opened === null || encoding?.drawing !== drawing) return queue(null);
  queue((signal) => measure(encoding.image, opened, signal));
}

async function measure(image, cell, signal) {
  if (table.image !== image) table = { image, moves: new Map() };
  const { moves } = table;
  const shape = state.modelInfo.grid_shape;
  const cells = [...state.encoding.codes.keys()];
  const due = cells
    .sort((a, b) => ringOf(a, cell, shape) - ringOf(b, cell, shape))
    .flatMap((patch) => pixelsOf(patch, shape))
    .filter((pixel) => !moves.has(pixel));
  for (;;) {
    const ofCell = Float32Array.from(image, (_, pixel) => moves.get(pixel)?.[cell] ?? 0);
    update({ receptiveField: { image, cell, moves: ofCell, measured: moves.size / image.length } });
    const pixels = due.splice(0, CHUNK);
    if (!pixels.length) return;
    const rows = await networks.sensitivity(image, pixels, { signal });
    pixels.forEach((pixel, i) => moves.set(pixel, rows.subarray(i * cells.length, (i + 1) * cells.length)));
  }
}
