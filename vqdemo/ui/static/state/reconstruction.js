// The VQ-VAE follows the work: codes follow the drawing, and the image follows the codes. One request is in
// flight at a time, and the last one is always for the newest state.

import { rasterise } from "../drawing/strokes.js";
import * as networks from "../networks/client.js";
import { sameCodes, withoutUnknown } from "./grid.js";
import { say } from "./message.js";
import { state, update } from "./store.js";

const LOCAL_PACE = 30; // ms between two encodings of a stroke that is being drawn: 33 a second,
const REMOTE_PACE = 70; // or 14, to spare the server

let revision = 0; // counts the jumps: undo, clear, another drawing
let following = false;
let lastEncoding = 0; // ms

/** The work jumps elsewhere: replies that are under way no longer count. Returns the new revision. */
export const startRevision = () => ++revision;
export const currentRevision = () => revision;

/** Bring codes and image up to date with the drawing and the edits. */
export async function refresh() {
  if (following) return;
  following = true;
  try {
    while (state.encodedDrawing !== state.drawing || state.decodedCodes !== state.codes) {
      if (state.encodedDrawing !== state.drawing) {
        const early = due() - performance.now();
        if (early > 0) {
          await new Promise((resolve) => setTimeout(resolve, early));
          continue; // from the start: the drawing may have been undone meanwhile
        }
        lastEncoding = performance.now();
        await encodeDrawing();
      } else {
        await decodeCodes();
      }
    }
  } catch (error) {
    say(error.message, "error"); // the state stays as it is, and the next edit tries again
  } finally {
    following = false;
  }
}

/** When the drawing may be encoded again. */
const due = () => lastEncoding + (networks.isLocal() ? LOCAL_PACE : REMOTE_PACE);

/** Whether a change of the drawing would be encoded at once. */
export const isIdle = () => !following && performance.now() >= due();

async function encodeDrawing() {
  const { drawing, codes: sent, encoded: before } = state;
  const current = revision;
  const { codes: fresh, image } = await networks.encode(rasterise(drawing));
  if (revision !== current) return;
  // A stroke takes back only the cells that it changes: edits and unknown cells elsewhere stay, and so does
  // any cell that was edited while the reply was under way.
  const merged = state.codes.map((code, cell) =>
    before === null || (fresh[cell] !== before[cell] && code === sent[cell]) ? fresh[cell] : code,
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
