// A shelf of example digits, each a button.

import { depict, picture } from "../../drawing/strokes.js";
import { fill } from "./numbers.js";

/** Fill `shelf` with the examples; `sentence` names a {digit}, `choose` is called with the example chosen. */
export function fillShelf(shelf, { examples }, sentence, choose) {
  const buttons = examples.map((example) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.title = button.ariaLabel = fill(sentence, { digit: example.label });
    button.append(picture());
    button.addEventListener("click", () => choose(example));
    return button;
  });
  shelf.replaceChildren(...buttons);
  buttons.forEach((button, i) => depict(button.firstChild, examples[i].drawing));
}
