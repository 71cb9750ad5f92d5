// The page's film under node: for a JSON file {film, config, images}, what it shows of each image.

import { readFileSync } from "node:fs";

import { film } from "../../vqdemo/ui/static/networks/film.js";

const { film: path, config, images } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { buffer, byteOffset, byteLength } = readFileSync(path);
const shown = film(buffer.slice(byteOffset, byteOffset + byteLength), config);
const answers = images.map((image) => {
  const computation = shown.show({ image: Uint8Array.from(image) });
  for (;;) {
    const { done, value } = computation.next();
    if (!done) continue;
    const frames = value.frames.map((frame) => ({ ...frame, image: Array.from(frame.image) }));
    return { ...value, frames };
  }
});
process.stdout.write(JSON.stringify(answers));
