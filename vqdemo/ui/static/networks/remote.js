// The networks as the server computes them: each function is one request to it (ui/asking.py). Its images and
// probabilities travel as base64.

const ASK = new URL("../../ask/", import.meta.url).href;
const WEIGHTS = new URL("../../weights/", import.meta.url).href;
let sentences;

/** Take the sentences in which to say that the server does not answer. */
export function connect(text) {
  sentences ??= text;
}

/** The address of the VQ-VAE's weights. */
export const weightsOf = (modelInfo) => WEIGHTS + modelInfo.id;

export async function describe() {
  const modelInfo = await ask("describe", {});
  modelInfo.tiles = modelInfo.tiles.map(toImage);
  modelInfo.blank.image = toImage(modelInfo.blank.image);
  for (const example of modelInfo.examples) {
    example.image = toImage(example.image);
    example.drawing = toImage(example.drawing);
  }
  return modelInfo;
}

export async function encode(image) {
  const { codes, image: decoded } = await ask("encode", { image: toBase64(image) });
  return { codes, image: toImage(decoded) };
}

export async function decode(grids) {
  return (await ask("decode", { grids })).images.map(toImage);
}

export async function complete(codes, settings) {
  const { alternatives, order } = await ask("complete", { codes, ...settings });
  return { order, list: alternatives.map((grid) => ({ ...grid, image: toImage(grid.image) })) };
}

export async function sample(settings) {
  const { samples } = await ask("sample", settings);
  return samples.map((grid) => ({ ...grid, image: toImage(grid.image) }));
}

export async function conditionals(codes, label = null) {
  return new Float32Array(toImage((await ask("conditionals", { codes, label })).probabilities).buffer);
}

export async function frame(bytes) {
  return toImage((await ask("frame", { data: toBase64(bytes) })).image);
}

// What the server has to say about bad input comes as {error}. That, and no answer at all, become an Error
// whose message can be shown.
async function ask(name, request) {
  const reply = await post(ASK + name, JSON.stringify(request));
  if (!reply) throw new Error(sentences.no_answer);
  if (reply.error) throw new Error(reply.error);
  return reply;
}

// JSON there and back, null if none comes. fetch() would tell of the head of an answer and of its body one
// after the other, half a millisecond later.
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
