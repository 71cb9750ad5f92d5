// The model as the page sees it: a few async functions, and nothing that calls them knows where the networks run. What has to do with the
// prior is asked of the server (ui/asking.py); images and codes are turned into each other by the VQ-VAE at hand (near.js) once that is
// ready, else by the server as well.
//
// An image is a Uint8Array of 28x28 ink values (0 ground, 255 ink), a grid a flat array of codes, row by row.

import * as near from "./client.js";

const ASK = new URL("../../ask/", import.meta.url).href;
const WEIGHTS = new URL("../../weights/", import.meta.url).href;
let sentences;

/** Take the sentences in which to say that the server does not answer. */
export function connect(text) {
  sentences ??= text;
}

/** All there is to know before the first stroke: shape, number of codes, tiles, defaults, examples. */
export async function describe() {
  const about = await ask("describe", {});
  about.tiles = about.tiles.map(toImage);
  about.blank.image = toImage(about.blank.image);
  for (const example of about.examples) {
    example.image = toImage(example.image);
    example.drawing = toImage(example.drawing);
  }
  near.start(WEIGHTS + about.id, about);
  return about;
}

/** Whether encode and decode answer at once, and cost nobody else anything. */
export const isNear = near.isReady;

/** Image -> {codes, image decoded from them}. */
export async function encode(image) {
  const answer = await near.ask("encode", image);
  if (answer) return answer;
  const reply = await ask("encode", { image: toBase64(image) });
  return { codes: reply.codes, image: toImage(reply.image) };
}

/** Full grids -> their images. */
export async function decode(grids) {
  return (await near.ask("decode", grids)) ?? (await ask("decode", { grids })).images.map(toImage);
}

/** Grid with -1 where unknown, settings -> list of alternatives [{codes, image, log_prob}], the likeliest first, and the order in
 * which the unknown cells were filled. */
export async function complete(codes, settings) {
  const { alternatives, order } = await ask("complete", { codes, ...settings });
  return { order, list: alternatives.map((one) => ({ ...one, image: toImage(one.image) })) };
}

/** Settings -> new digits [{codes, image}], in the order in which they were drawn. */
export async function sample(settings) {
  const { samples } = await ask("sample", settings);
  return samples.map((one) => ({ ...one, image: toImage(one.image) }));
}

/** Grid with -1 where unknown -> the probability of every code in every cell, given all other known cells: one
 * Float32Array, cell by cell. */
export async function conditionals(codes, label = null) {
  return new Float32Array(toImage((await ask("conditionals", { codes, label })).probabilities).buffer);
}

/** The bytes of a picture file -> an image framed as the training digits are. */
export async function frame(bytes) {
  return toImage((await ask("frame", { data: toBase64(bytes) })).image);
}

// What the server has to say about bad input comes as {error}. That, and no answer at all, become an Error whose message can be shown.
async function ask(name, request) {
  const reply = await post(ASK + name, JSON.stringify(request));
  if (!reply) throw new Error(sentences.no_answer);
  if (reply.error) throw new Error(reply.error);
  return reply;
}

// JSON there and back, null if none comes. fetch() would tell of the head of an answer and of its body one after the other, half a
// millisecond later.
function post(address, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Content-Type", "application/json");
    request.responseType = "json";
    request.onloadend = () => resolve(request.response);
    request.send(body);
  });
}

function toImage(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

function toBase64(bytes) {
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters);
}
