// The film of the training, from the file that train/report/film.py packs: the VQ-VAE as it was at some
// moments. That file's header says what is in it. The network is vqvae.js, once for each moment.

/** @import { Tensors } from "./safetensors.js" */
/** @import { FilmFrame, Image } from "./types.js" */

import { metadata, safetensors } from "./safetensors.js";
import { vqvae } from "./vqvae.js";

/**
 * @param {ArrayBuffer} file
 * @param {{grid: number, ink_threshold: number}} config of config.json
 */
export function film(file, config) {
  const about = metadata(file);
  const moments = JSON.parse(about.moments);
  const tensors = safetensors(file);
  const networks = moments.map((_, i) => vqvae(dequantized(tensors, `${i}.`), config));
  const maps = moments.map((_, i) => {
    const flat = tensors.get(`${i}.places`)?.data;
    return flat
      ? Array.from({ length: flat.length / 2 }, (_, code) => [flat[2 * code], flat[2 * code + 1]])
      : null;
  });

  return {
    simd: networks[0].simd,

    /**
     * The film, with an image as it would have been redrawn at each moment; one moment at a time is computed.
     * @param {{image: Image}} given
     */
    *show({ image }) {
      /** @type {FilmFrame[]} */
      const frames = [];
      for (const [i, network] of networks.entries()) {
        const codes = moments[i].rounds ? network.encode(image) : null;
        const redrawn = codes ? network.decode(codes) : network.redrawUnquantized(image);
        frames.push({ ...moments[i], codes, image: redrawn, map: maps[i] });
        yield;
      }
      return { frames, curves: JSON.parse(about.curves), variance: JSON.parse(about.variance) };
    },
  };
}

/**
 * The tensors of one moment, each times its scale, without the moment's prefix.
 * @param {Tensors} tensors
 * @returns {Tensors}
 */
function dequantized(tensors, prefix) {
  const own = new Map();
  for (const [name, { shape, data }] of tensors) {
    const scale = tensors.get(`${name}.scale`)?.data[0];
    if (name.startsWith(prefix) && scale !== undefined)
      own.set(name.slice(prefix.length), { shape, data: data.map((whole) => whole * scale) });
  }
  return own;
}
