// A picture file -> its pixels, read by the browser: upright, of an animation the fullest frame, and at most
// READ pixels a side. Which formats there are is the browser's to say: SVG, AVIF and HEIC where it can.

import { channelsAt, middleOf, shrink, sum } from "./framing/pixels.js";

const READ = 1600; // pixels of the longer side that are worth keeping of a photograph
const VECTOR_SIDE = 600; // pixels, of a picture that has no size of its own
const MAX_FRAMES = 100;
const PATTERN = [255, 0, 128, 255, 3, 90, 200, 255]; // two pixels

/** The message is the name of a sentence in ui/texts/en.py. */
export class UnreadablePicture extends Error {}

/**
 * @param {Blob} file
 * @returns {Promise<ImageData>}
 * @throws {UnreadablePicture}
 */
export async function readPicture(file) {
  if (!canBeReadBack()) throw new UnreadablePicture("no_readback");
  const address = URL.createObjectURL(file);
  try {
    const frames = await framesOf(file);
    if (frames.length)
      return frames.reduce((best, frame) => (fullness(frame) >= fullness(best) ? frame : best));
    const image = new Image();
    image.src = address;
    await image.decode();
    return pixelsOf(image, image.naturalWidth || VECTOR_SIDE, image.naturalHeight || VECTOR_SIDE);
  } catch {
    throw new UnreadablePicture("no_picture");
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The frames of an animation, where the browser tells them apart. */
async function framesOf(file) {
  const { ImageDecoder } = /** @type {any} */ (globalThis);
  if (!ImageDecoder || !/gif|webp|png|avif/.test(file.type)) return [];
  const decoder = new ImageDecoder({ data: file.stream(), type: file.type });
  try {
    await decoder.completed;
    const count = Math.min(decoder.tracks.selectedTrack.frameCount, MAX_FRAMES);
    const frames = [];
    for (let frameIndex = 0; count > 1 && frameIndex < count; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      frames.push(pixelsOf(image, image.displayWidth, image.displayHeight));
      image.close();
    }
    return frames;
  } catch {
    return []; // what it cannot decode, the browser may still be able to show
  } finally {
    decoder.close();
  }
}

/**
 * How much is drawn in a frame of an animation: the sum over all pixels of their distance from the middle
 * colour.
 */
function fullness({ width, height, data }) {
  const rgb = new Int32Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    if (data[i * 4 + 3] >= 128) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * 4 + c];
  const small = shrink({ width, height, data: rgb }, 64, 3);
  const pixels = Array.from({ length: small.width * small.height }, (_, i) => i);
  const middle = channelsAt(small.data, pixels).map(middleOf);
  return sum(small.data.map((value, i) => Math.abs(value - middle[i % 3])));
}

function pixelsOf(image, width, height) {
  const scale = Math.min(1, READ / Math.max(width, height));
  const pen = canvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, pen.canvas.width, pen.canvas.height);
  return pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
}

/** Some browsers answer with noise, against pages that recognise visitors by it. */
function canBeReadBack() {
  const pen = canvas(2, 1);
  pen.putImageData(new ImageData(Uint8ClampedArray.from(PATTERN), 2), 0, 0);
  return pen.getImageData(0, 0, 2, 1).data.every((value, i) => value === PATTERN[i]);
}

function canvas(width, height) {
  const made = Object.assign(document.createElement("canvas"), { width, height });
  return made.getContext("2d", { willReadFrequently: true });
}
