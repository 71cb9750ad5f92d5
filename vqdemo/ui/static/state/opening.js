// A grid that comes from elsewhere (a link, a file, a lesson) becomes the work, unless the visitor has gone on
// with the work that is there.

/** @import { Grid } from "../networks/types.js" */
/** @import { Drawing } from "../drawing/strokes.js" */

import { rasterise } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { openGrid } from "./edits.js";
import { withoutUnknown } from "./grid.js";
import { stepsTaken } from "./history.js";
import { say, sentences } from "./message.js";
import { state } from "./store.js";

/**
 * Open a grid once its image is there. If the visitor has edited anything since `since` (see stepsTaken()),
 * that is told, and nothing is opened.
 * @param {Grid | null} codes null: those of the drawing
 * @param {{drawing?: Drawing | null, since?: number, isWanted?: () => boolean}} [options] drawing: what the
 *   grid was made from, if that is known; isWanted: false where nothing is to be opened any more
 * @returns {Promise<boolean>} whether it was opened
 */
export async function openCodes(codes, { drawing = null, since = stepsTaken(), isWanted = () => true } = {}) {
  const encoded = drawing && (await networks.encode(rasterise(drawing))).codes;
  codes ??= encoded;
  const [image] = await networks.decode([withoutUnknown(codes, state.modelInfo)]);
  if (!isWanted()) return false;
  if (stepsTaken() !== since) {
    say(sentences.changed_meanwhile);
    return false;
  }
  openGrid(codes, image, drawing ? { drawing, encoded } : undefined);
  return true;
}
