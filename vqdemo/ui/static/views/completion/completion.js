// Completion: one button asks the prior for the unknown cells; its alternatives stand side by side, the ink
// that was sampled in the accent colour, each adopted by a click.

import { SIDE } from "../../drawing/strokes.js";
import { adopt, complete, completeDrawing } from "../../state/completions.js";
import { UNKNOWN } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal } from "../parts/numbers.js";
import { inCells, paint } from "../parts/paint.js";
import { mountPlayback } from "./playback.js";
import { mountSettings } from "./settings.js";

export function mount(element, { text }) {
  const button = element.querySelector("#complete");
  const list = element.querySelector("#completions");
  button.addEventListener("click", complete);
  wireButtons(element, { rest: completeDrawing });
  mountSettings(element, text);
  mountPlayback(element.querySelector(".watch"), text);

  watch(["completing", "codes", "alternatives"], ({ completing, codes, alternatives }) => {
    const again = alternatives && !completing;
    button.firstElementChild.textContent = completing ? text.busy : again ? text.again : text.complete;
    button.ariaBusy = String(completing);
    button.classList.toggle("idle", !codes?.includes(UNKNOWN) && !alternatives);
    element.classList.toggle("completing", completing);
  });

  let listed = null;
  watch(["alternatives", "playback", "theme"], ({ alternatives, playback, modelInfo }) => {
    if (alternatives?.list !== listed) {
      listed = alternatives?.list ?? null;
      list.replaceChildren(...(listed ?? []).map(alternativeButton));
    }
    if (!listed) return;
    const sampled = inCells(modelInfo, (cell) => alternatives.question[cell] === UNKNOWN);
    const filled = playback && inCells(modelInfo, (cell) => playback.codes[cell] !== UNKNOWN);
    [...list.children].forEach((alternative, number) => {
      alternative.ariaPressed = String(number === alternatives.adopted);
      const { image } = listed[number];
      const shown = filled
        ? image.map((ink, i) => (filled(i % SIDE, Math.floor(i / SIDE)) ? ink : 0))
        : image;
      paint(alternative.firstChild, shown, sampled);
    });
  });

  function alternativeButton({ log_prob, codes }, number) {
    const alternative = Object.assign(document.createElement("button"), { type: "button" });
    const words = { number: number + 1, log_prob: decimal(log_prob, 1) };
    alternative.title = alternative.ariaLabel = fill(text.alternative, words);
    alternative.dataset.codes = codes.join(" ");
    const label = document.createElement("span");
    label.textContent = fill(text.log_prob, words);
    alternative.append(document.createElement("canvas"), label);
    alternative.addEventListener("click", () => adopt(number));
    return alternative;
  }
}
