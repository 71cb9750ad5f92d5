// The model has come: with it an example to look at, and the settings that suit its weights.

/** @import { ModelInfo } from "../networks/types.js" */

import { blank } from "../drawing/strokes.js";
import { update } from "./store.js";

const FIRST_EXAMPLE = 3;

/** @param {ModelInfo} modelInfo */
export function setModel(modelInfo) {
  const {
    drawing: base,
    codes,
    image,
  } = modelInfo.examples[FIRST_EXAMPLE] ?? { drawing: null, ...modelInfo.blank };
  const drawing = { ...blank, base, invitation: true };
  update({
    modelInfo,
    drawing,
    encodedDrawing: drawing,
    encoded: codes,
    codes,
    image,
    decodedCodes: codes,
    settings: /** @type {any} */ ({ label: null, n: 4, seed: 1, ...modelInfo.defaults }),
  });
}
