// The surprise map: each cell is tinted by how unexpected its code is, given all others: -ln of its
// probability, in nats.

import { distributionIn, UNKNOWN } from "../../state/grid.js";
import { toggleSurprise } from "../../state/insight.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal } from "../parts/numbers.js";

const FULL_TINT = 6; // nats; a legend says so

export function mountSurprise(element, text) {
  const grid = element.querySelector("#code-grid");
  const legend = element.querySelector(".legend");
  const button = element.querySelector("[data-do=surprise]");
  legend.querySelector(".most").textContent = fill(text.surprise_most, { most: FULL_TINT });
  wireButtons(element, { surprise: toggleSurprise });

  watch(["surprise", "expected", "codes"], ({ surprise, expected, codes, modelInfo }) => {
    button.ariaPressed = String(surprise);
    grid.classList.toggle("surprise", surprise);
    element.querySelector("section").classList.toggle("with-legend", surprise);
    if (!surprise || expected?.codes !== codes) return;
    const { num_codes, figures } = modelInfo;
    const nats = codes.map((code, cell) =>
      code === UNKNOWN ? 0 : -Math.log(distributionIn(cell, expected.probabilities, num_codes)[code]),
    );
    grid.querySelectorAll("[data-cell]").forEach((cell, i) => {
      cell.style.setProperty("--tint", Math.min(nats[i] / FULL_TINT, 1).toFixed(3));
      cell.title = codes[i] === UNKNOWN ? "" : fill(text.surprise_cell, { nats: decimal(nats[i], 1) });
    });
    const total = nats.reduce((sum, value) => sum + value, 0);
    const typical = figures.typical_nats_a_cell * codes.filter((code) => code !== UNKNOWN).length;
    const sentence = typical ? text.surprise_total : text.surprise_total_alone;
    const words = { total: decimal(total, 0), typical: decimal(typical, 0) };
    legend.querySelector(".total").textContent = fill(sentence, words);
  });
}
