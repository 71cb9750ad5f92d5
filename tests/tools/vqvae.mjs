// The page's VQ-VAE under node: for a JSON file {weights, config, images, grids}, the codes of the images and
// the images of the grids.

import { readFileSync } from "node:fs";

import { safetensors } from "../../vqdemo/ui/static/networks/safetensors.js";
import { vqvae } from "../../vqdemo/ui/static/networks/vqvae.js";

const { weights, config, images, grids } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { buffer, byteOffset, byteLength } = readFileSync(weights);
const network = vqvae(safetensors(buffer.slice(byteOffset, byteOffset + byteLength)), config);
const codes = images.map((image) => network.encode(Uint8Array.from(image)));
const decoded = grids.map((grid) => Array.from(network.decode(grid)));
process.stdout.write(JSON.stringify({ codes, images: decoded }));
