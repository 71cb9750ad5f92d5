// The digit as it is redrawn with the nearest codes, and with others: in the open cell, or in all with ink.

import * as networks from "../../networks/client.js";
import { codesByDistance, outputOf } from "../../state/encoding.js";
import { newestFirst } from "../../state/newest_first.js";
import { squaredError } from "../../state/patches.js";
import { fill } from "../../state/sentence.js";
import { state } from "../../state/store.js";
import { decimal } from "../parts/numbers.js";
import { inCells, paint } from "../parts/paint.js";

const DIGITS = 5; // of a squared error

/** Prepare both pictures; returns what shows them for an encoding with the code of a rank, from 0, in a cell. */
export function redrawing(element, text) {
  const part = (selector) => element.querySelector(selector);
  const queue = newestFirst();

  return function redraw({ encoding, cell, rank, everywhere }) {
    const { modelInfo } = state;
    const { codes, codebook, image } = encoding;
    const others = codes.map((code, at) => {
      if (code === modelInfo.background || rank === 0 || !(everywhere || at === cell)) return code;
      return codesByDistance(outputOf(at, encoding, modelInfo), codebook, modelInfo)[rank].code;
    });
    queue(async () => {
      const [nearest, other] = await networks.decode([codes, others]);
      const isChanged = inCells(modelInfo, (at) => codes[at] !== others[at]);
      const errorOf = (picture) => decimal(squaredError(picture, image), DIGITS);
      paint(part(".nearest"), nearest);
      paint(part(".other"), other, isChanged);
      part(".nearest-caption").textContent = fill(text.with_nearest, { error: errorOf(nearest) });
      const isSame = codes.every((code, at) => code === others[at]);
      part(".other-caption").textContent = isSame
        ? rank
          ? text.stays_blank
          : text.choose
        : fill(everywhere ? text.with_ranked : text.with_chosen, {
            rank: rank + 1,
            code: others[cell],
            error: errorOf(other),
          });
    });
  };
}
