// Completion: one button asks the prior for the unknown cells. The first alternative is filled into the big
// pictures (state/preview.js); all of them stand here (alternatives.js).

import { complete, completeDrawing } from "../../state/completions.js";
import { UNKNOWN } from "../../state/grid.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { loadingSentence, showLoading } from "../parts/loading.js";
import { setText } from "../parts/set_text.js";
import { showAlternatives } from "./alternatives.js";
import { mountPlayback } from "./playback.js";
import { mountSettings } from "./settings.js";

export function mount(element, { text }) {
  const button = element.querySelector("#complete");
  const empty = element.querySelector(".empty");
  button.addEventListener("click", complete);
  wireButtons(element, { rest: completeDrawing });
  mountSettings(element, text);
  mountPlayback(element.querySelector(".watch"), text);
  showAlternatives(element, text);

  watch(["completing", "codes", "alternatives", "networks"], (now) => {
    const { completing, codes, alternatives } = now;
    const words = completing ? text.busy : alternatives ? text.again : text.complete;
    setText(button.firstElementChild, loadingSentence(now, "prior") && completing ? text.waiting : words);
    button.ariaBusy = String(completing);
    const isAsked = Boolean(codes?.includes(UNKNOWN));
    button.classList.toggle("idle", !isAsked && !alternatives);
    setText(empty, isAsked ? text.empty_unknown : text.empty);
  });

  showLoading(element.querySelector("section"), "prior");
}
