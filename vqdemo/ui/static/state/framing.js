// A picture that a visitor brings, before it becomes the drawing: what of it is looked at, whether its ink is
// dark or light, and the digit that is found.

/** @import { Framing } from "./types.js" */

import { findDigit, NoInk } from "../drawing/framing.js";
import { readPicture, UnreadablePicture } from "../drawing/picture.js";
import { drawImage } from "./edits.js";
import { hush, say, sayError, sentences } from "./message.js";
import { state, update } from "./store.js";

const LEAST_SIDE = 8; // pixels of what is looked at

/**
 * The digit within `crop` (left, top, right, bottom; null: the whole picture), of the ink "dark" or "light"
 * (null: whichever it is).
 * @param {ImageData} picture
 * @param {{crop?: number[] | null, ink?: "dark" | "light" | null}} wishes
 * @returns {Framing}
 */
export function framed(picture, { crop = null, ink = null }) {
  const wishes = { picture, crop, ink };
  try {
    return { ...wishes, found: findDigit(picture, { crop, ink }) };
  } catch (error) {
    if (!(error instanceof NoInk)) throw error;
    return { ...wishes, found: null };
  }
}

/**
 * A frame (left, top, right, bottom) within the picture, in whole pixels and not too small.
 * @param {{width: number, height: number}} picture
 * @param {number[]} frame
 */
export function frameWithin({ width, height }, [left, top, right, bottom]) {
  const inside = (from, to, size) => {
    const length = Math.round(Math.min(Math.max(to - from, LEAST_SIDE), size));
    const start = Math.round(Math.min(Math.max(from, 0), size - length));
    return [start, start + length];
  };
  const [l, r] = inside(left, right, width);
  const [t, b] = inside(top, bottom, height);
  return [l, t, r, b];
}

let opened = 0; // counts the pictures that were brought

/** Show what would be made of a picture, unless another one is brought before it is read. @param {File} file */
export async function openPicture(file) {
  if (!state.modelInfo) return; // the page is not there yet
  const number = ++opened;
  const limit = state.modelInfo.max_upload_bytes;
  if (file.size > limit) {
    const [size, most] = [file.size, limit].map((bytes) => Math.ceil((bytes / 2 ** 20) * 10) / 10);
    return say(sentences.file_too_big, "error", { name: file.name, size, limit: most });
  }
  try {
    const picture = await readPicture(file);
    if (number !== opened) return;
    const framing = framed(picture, {});
    if (!framing.found) return say(sentences.no_ink, "error");
    hush();
    update({ framing });
  } catch (error) {
    if (number !== opened) return;
    if (error instanceof UnreadablePicture) say(sentences[error.message], "error", { name: file.name });
    else sayError(error);
  }
}

/** Look at a part of the picture only. @param {number[] | null} crop */
export function cropPicture(crop) {
  if (!state.framing) return; // it was taken or left meanwhile
  const { picture, ink } = state.framing;
  update({ framing: framed(picture, { crop: crop && frameWithin(picture, crop), ink }) });
}

/** Take the ground for the ink, and the other way round. */
export function turnInk() {
  const { picture, crop, ink, found } = state.framing;
  const now = ink ?? found?.ink ?? "dark";
  update({ framing: framed(picture, { crop, ink: now === "dark" ? "light" : "dark" }) });
}

/** The digit becomes the drawing. */
export function takePicture() {
  const { found } = state.framing;
  update({ framing: null });
  if (found) drawImage(found.image);
}

export const leavePicture = () => update({ framing: null });
