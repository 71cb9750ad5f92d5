// The reconstruction: the picture decoded from the codes, with unknown cells hatched over, since nobody knows yet
// what is there.

import * as bench from "./bench.js";
import { paint } from "./ink.js";
import { addPatches } from "./patches.js";
import { watch } from "./state.js";

export function mount(element, props, server) {
  bench.start(server, props.text.status);
  const board = element.querySelector("#reconstruction");
  const canvas = board.querySelector("canvas");
  watch(["image", "theme"], ({ image }) => image && paint(canvas, image));
  addPatches(board, { showUnknown: true });
  element.querySelector("button").addEventListener("click", bench.toPad);
}
