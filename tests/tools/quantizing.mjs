// What "How it works" shows of encoder, quantizer and decoder, computed under node. For a JSON file {weights, config,
// image, pixels, cell, num_codes}: {vectors, codes, ranked} of the image, {moves} of the encoder's outputs for the
// pixels inverted, a row for each, {reading} their shares around the cell, and {reach} of the cell's code.

import { readFileSync } from "node:fs";

import { safetensors } from "../../vqdemo/ui/static/networks/safetensors.js";
import { vqvae } from "../../vqdemo/ui/static/networks/vqvae.js";
import { codesByDistance, vectorOf } from "../../vqdemo/ui/static/state/encoding.js";
import { meanChange, sharesByRing } from "../../vqdemo/ui/static/state/patches.js";

const { weights, config, image, pixels, cell } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { buffer, byteOffset, byteLength } = readFileSync(weights);
const network = vqvae(safetensors(buffer.slice(byteOffset, byteOffset + byteLength)), config);
const shape = [config.grid, config.grid];
const drawn = Uint8Array.from(image);

const { vectors, codes } = network.quantize(drawn);
const z = vectorOf(cell, vectors, config.code_dim);
const ranked = codesByDistance(z, network.codebook, { background: 0, num_codes: config.num_codes });

const measuring = network.sensitivity(drawn, pixels);
let step = measuring.next();
while (!step.done) step = measuring.next();
const moves = step.value;
const ofCell = new Float32Array(image.length);
pixels.forEach((pixel, row) => (ofCell[pixel] = moves[row * codes.length + cell]));

const others = [...Array(config.num_codes).keys()].filter((code) => code !== codes[cell]);
const pictures = others.map((code) => network.decode(codes.with(cell, code)));
const reach = meanChange(network.decode(codes), pictures);

process.stdout.write(
  JSON.stringify({
    vectors: [...vectors],
    codes,
    ranked,
    moves: [...moves],
    reading: sharesByRing(ofCell, cell, shape),
    reach: [...reach],
  }),
);
