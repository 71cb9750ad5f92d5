// The VQ-VAE follows the work: codes follow the drawing, and the image follows the codes. One request is in
// flight at a time, and the last one is always for the newest state.

import { rasterise } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { sameCodes, withoutUnknown } from "./grid.js";
import { sayError } from "./message.js";
import { state, update } from "./store.js";

let revision = 0; // counts the jumps: undo, clear, another drawing
let following = false;
let edited = new Set(); // the cells that were edited since the drawing was last sent to be encoded

/** The work jumps elsewhere: replies that are under way no longer count. Returns the new revision. */
export function startRevision() {
  edited = new Set();
  return ++revision;
}
export const currentRevision = () => revision;

/** The cells in which two grids differ were edited by the visitor. */
export const noteEdit = (before, after) =>
  after.forEach((code, cell) => code !== before[cell] && edited.add(cell));

/** Bring codes and image up to date with the drawing and the edits. */
export async function refresh() {
  if (following) return;
  following = true;
  try {
    while (state.encodedDrawing !== state.drawing || state.decodedCodes !== state.codes) {
      if (state.encodedDrawing !== state.drawing) await encodeDrawing();
      else await decodeCodes();
    }
  } catch (error) {
    sayError(error); // the state stays as it is, and the next edit tries again
  } finally {
    following = false;
  }
}

/** Whether a change of the drawing would be encoded at once. */
export const isIdle = () => !following;

async function encodeDrawing() {
  const { drawing, encoded: before } = state;
  if (before) edited = new Set(); // else another drawing is on the pad, and no edit of it has been seen yet
  const current = revision;
  const { codes: fresh, image } = await networks.encode(rasterise(drawing));
  if (revision !== current) return;
  // A stroke takes back only the cells that it changes: edits and unknown cells elsewhere stay, and so does
  // any cell that was edited while the reply was under way.
  const merged = state.codes.map((code, cell) =>
    (before === null || fresh[cell] !== before[cell]) && !edited.has(cell) ? fresh[cell] : code,
  );
  const codes = sameCodes(merged, state.codes) ? state.codes : merged;
  update({ encoded: fresh, encodedDrawing: drawing });
  if (codes !== state.codes) update({ codes, alternatives: null });
  if (sameCodes(codes, fresh)) update({ image, decodedCodes: codes });
}

async function decodeCodes() {
  const { codes, modelInfo } = state;
  const current = revision;
  const [image] = await networks.decode([withoutUnknown(codes, modelInfo)]);
  if (revision === current) update({ image, decodedCodes: codes });
}
