// The page's prior under node: answers the questions of a JSON file {weights, config, simd, questions:
// [[name, given], ...]}, a list of answers.

import { readFileSync } from "node:fs";

import { cellNumbers, labelNumber } from "../../vqdemo/ui/static/networks/noise.js";
import { finished, pixelcnn } from "../../vqdemo/ui/static/networks/pixelcnn.js";
import { sampling } from "../../vqdemo/ui/static/networks/sampling.js";
import { logitsOf } from "./logits.mjs";

const { weights, config, simd, questions } = JSON.parse(readFileSync(process.argv[2], "utf-8"));

const NOISE = {
  cellNumbers: ({ seed, alternative, cells }) => cellNumbers(BigInt(seed), alternative, cells),
  labelNumber: ({ seed, alternative }) => labelNumber(BigInt(seed), alternative),
};

let asked = null;
if (weights) {
  const { buffer, byteOffset, byteLength } = readFileSync(weights);
  const network = pixelcnn(buffer.slice(byteOffset, byteOffset + byteLength), config, { simd });
  if (network.simd !== simd) throw new Error("no SIMD here");
  asked = { ...sampling(network), logits: logitsOf(network) };
}

function answer([name, given]) {
  if (name in NOISE) return NOISE[name](given);
  try {
    return finished(asked[name](given));
  } catch (error) {
    if (error instanceof RangeError) return { error: error.message };
    throw error;
  }
}

const list = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
process.stdout.write(JSON.stringify(questions.map(answer).map(list)));
