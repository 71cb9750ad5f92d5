// The receptive field of the open cell, measured on the drawing itself: pixel after pixel is inverted, and what
// counts is how far that moves the encoder's output for the cell. One pass through the encoder tells it for all
// cells at once, so that of a drawing each pixel is inverted only once. The pixels nearest to the cell come first.

import * as networks from "../networks/client.js";
import { newestFirst } from "./newest_first.js";
import { pixelsOf, ringOf } from "./patches.js";
import { state, update, watch } from "./store.js";

const queue = newestFirst();
let table = { image: null, byPatch: new Map() }; // of each cell whose pixels were inverted: sensitivity()

watch(["view", "drawing", "encoding", "opened"], ({ view, drawing, encoding, opened }) => {
  if (view !== "how" || opened === null || encoding?.drawing !== drawing) return queue(null);
  queue((signal) => measure(encoding.image, opened, signal));
});

async function measure(image, cell, signal) {
  if (table.image !== image) table = { image, byPatch: new Map() };
  const { byPatch } = table;
  const shape = state.modelInfo.grid_shape;
  const patches = [...state.encoding.codes.keys()].sort(
    (a, b) => ringOf(a, cell, shape) - ringOf(b, cell, shape),
  );
  const show = () => signal.aborted || update({ receptiveField: fieldOf(image, cell, byPatch) });
  show();
  for (const patch of patches) {
    if (byPatch.has(patch)) continue;
    byPatch.set(patch, await networks.sensitivity(image, pixelsOf(patch, shape), { signal }));
    show();
  }
}

function fieldOf(image, cell, byPatch) {
  const { grid_shape, blank } = state.modelInfo;
  const cells = blank.codes.length;
  const moves = new Float32Array(image.length);
  for (const [patch, rows] of byPatch)
    pixelsOf(patch, grid_shape).forEach((pixel, row) => (moves[pixel] = rows[row * cells + cell]));
  return { image, cell, moves, measured: byPatch.size / cells };
}
