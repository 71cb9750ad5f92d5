// The worker of client.js: it fetches the weights, builds the VQ-VAE, and answers requests one after the
// other.

import { vqvae } from "./vqvae.js";

const MAX_PIXEL_DIFFERENCE = 2; // of 255, from the server's images
const MIN_SHARE_OF_EQUAL_CODES = 0.97; // with the server's: two codes may be equally near but for a rounding

let network;

onmessage = async ({ data }) => {
  if (data.weights) postMessage({ ready: await start(data) });
  else postMessage({ answer: ANSWERS[data.name](data.argument) });
};

const ANSWERS = {
  encode(image) {
    const codes = network.encode(image);
    return { codes, image: network.decode(codes) };
  },
  decode: (grids) => grids.map(network.decode),
};

/** Whether the network could be built, and agrees with the server's on the examples. */
async function start({ weights, grid_shape, examples }) {
  try {
    const reply = await fetch(weights);
    if (!reply.ok) return false;
    network = vqvae(await reply.arrayBuffer(), grid_shape);
  } catch {
    return false; // no SIMD, no connection, or weights of another network
  }
  return examples.every(({ drawing, codes, image }) => {
    const equal = network.encode(drawing).filter((code, cell) => code === codes[cell]).length;
    const decoded = network.decode(codes);
    return (
      equal >= MIN_SHARE_OF_EQUAL_CODES * codes.length &&
      decoded.every((ink, i) => Math.abs(ink - image[i]) <= MAX_PIXEL_DIFFERENCE)
    );
  });
}
