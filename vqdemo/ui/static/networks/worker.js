// The other end of near.js: it builds the network and answers questions, one after the other.

import { vqvae } from "./vqvae.js";

const ALIKE = 2; // of 255: how far a pixel may be from the server's
const SAME = 0.97; // share of cells that must have the server's code: two codes may be equally near, but for a rounding

let network;

onmessage = async ({ data }) => {
  if (data.address) postMessage({ ready: await begin(data) });
  else postMessage({ answer: ANSWERS[data.question](data.given) });
};

const ANSWERS = {
  encode(image) {
    const codes = network.encode(image);
    return { codes, image: network.decode(codes) };
  },
  decode: (grids) => grids.map(network.decode),
};

/** Whether the network could be had, and agrees with the server's on the examples. */
async function begin({ address, grid_shape, examples }) {
  try {
    const reply = await fetch(address);
    if (!reply.ok) return false;
    network = vqvae(await reply.arrayBuffer(), grid_shape);
  } catch {
    return false; // no SIMD, no connection, or weights of another network
  }
  return examples.every(({ drawing, codes, image }) => {
    const same = network.encode(drawing).filter((code, cell) => code === codes[cell]).length;
    return same >= SAME * codes.length && network.decode(codes).every((ink, i) => Math.abs(ink - image[i]) <= ALIKE);
  });
}
