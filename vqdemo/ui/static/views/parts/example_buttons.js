// Buttons with the example digits.

import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { depict, picture } from "./paint.js";

/** Fill `shelf` with them; `sentence` names a {digit}, `choose` is called with the example chosen. */
export function addExampleButtons(shelf, sentence, choose) {
  watch(["modelInfo", "theme"], ({ modelInfo }) => {
    if (!modelInfo) return;
    const buttons = modelInfo.examples.map((example) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.title = button.ariaLabel = fill(sentence, { digit: example.label });
      button.append(picture());
      button.addEventListener("click", () => choose(example));
      return button;
    });
    shelf.replaceChildren(...buttons);
    buttons.forEach((button, i) => depict(button.firstChild, modelInfo.examples[i].drawing));
  });
}
