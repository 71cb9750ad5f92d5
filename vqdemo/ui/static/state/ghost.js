// The ghost: what the unknown cells would show, as the average of completions that are made in the
// background, a few at first, then more. They are the very ones that "Complete" draws, with the settings and
// the seed of now. They wait until the belief is known, and are given up as soon as the grid changes.

/** @import { State } from "./types.js" */

import * as networks from "../networks/client.js";
import { sameCodes, UNKNOWN } from "./grid.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

const ROUNDS = [2, 4, 4, 6, 8]; // completions; between two rounds other questions get their turn

/** Show the ghost, or no longer. */
export const toggleGhost = () => update({ ghosting: !state.ghosting });

const queue = newestFirst();

/** What it follows. @type {(keyof State)[]} */
const FOLLOWED = ["codes", "decodedCodes", "drawing", "encodedDrawing", "belief", "settings", "networks"];

watch([...FOLLOWED, "ghosting", "completing", "lesson"], (now) => {
  const { codes, settings, ghost, completing } = now;
  const ghosting = now.ghosting && !now.lesson?.isGuessing;
  if (ghost && (ghost.codes !== codes || !ghosting)) update({ ghost: null });
  const isAtRest =
    now.decodedCodes === codes && now.encodedDrawing === now.drawing && now.belief?.codes === codes;
  if (!ghosting || completing || !isAtRest || !codes?.includes(UNKNOWN)) queue(null);
  else if (ghost?.codes !== codes || ghost.settings !== settings || ghost.count < total(ROUNDS))
    queue((signal) => imagine(codes, settings, signal), `${codes}: ${JSON.stringify(settings)}`);
});

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

async function imagine(codes, settings, signal) {
  let images = [];
  for (const n of ROUNDS) {
    const given = { ...settings, n, first: images.length };
    images = [...images, ...(await networks.imagine(codes, given, { signal }))];
    if (!sameCodes(state.codes, codes)) return;
    update({ ghost: { codes: state.codes, settings, count: images.length, image: average(images) } });
  }
}

/** The mean of images, pixel by pixel. @param {Uint8Array[]} images */
export const average = (images) =>
  images[0].map((_, pixel) => Math.round(total(images.map((image) => image[pixel])) / images.length));
