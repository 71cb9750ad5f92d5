// Completion: one button asks the prior for the unknown cells; its alternatives stand side by side, the ink
// that was sampled in the accent colour, each adopted by a click.

import { SIDE } from "../../drawing/strokes.js";
import { adopt, complete, completeDrawing } from "../../state/completions.js";
import { UNKNOWN } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { loadingSentence, showLoading } from "../parts/loading.js";
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

  watch(["completing", "codes", "alternatives", "networks"], (now) => {
    const { completing, codes, alternatives } = now;
    const words = completing ? text.busy : alternatives ? text.again : text.complete;
    button.firstElementChild.textContent = loadingSentence(now, "prior") && completing ? text.waiting : words;
    button.ariaBusy = String(completing);
    button.classList.toggle("idle", !codes?.includes(UNKNOWN) && !alternatives);
    element.classList.toggle("completing", completing);
  });

  showLoading(element.querySelector("section"), "prior");

  let listed = null;
  watch(["alternatives", "playback", "theme"], ({ alternatives, playback, modelInfo }) => {
    if (alternatives?.list !== listed) {
      listed = alternatives?.list ?? null;
      while (list.children.length > (listed?.length ?? 0)) list.lastChild.remove();
      listed?.forEach(tellAlternative);
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

  /** The button of an alternative, which is made when there is none yet. */
  function tellAlternative({ log_prob, codes }, number) {
    const alternative = list.children[number] ?? list.appendChild(alternativeButton(number));
    const words = { number: number + 1, log_prob: log_prob === null ? "…" : decimal(log_prob, 1) };
    alternative.title = alternative.ariaLabel = fill(text.alternative, words);
    alternative.dataset.codes = codes.join(" ");
    alternative.lastChild.textContent = fill(text.log_prob, words);
  }

  function alternativeButton(number) {
    const alternative = Object.assign(document.createElement("button"), { type: "button" });
    alternative.append(document.createElement("canvas"), document.createElement("span"));
    alternative.addEventListener("click", () => adopt(number));
    return alternative;
  }
}
