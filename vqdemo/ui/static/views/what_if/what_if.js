// The what-if strip: the codes that the prior finds likeliest in the selected cell, and the present one, each
// with its probability and the image that it would make. Codes whose images cannot be told apart are one
// offer. One click puts it there.

import { writeCode } from "../../state/edits.js";
import { distributionIn, placeOf, UNKNOWN } from "../../state/grid.js";
import { OFFERED_CODES } from "../../state/insight.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { loadingSentence } from "../parts/loading.js";
import { share } from "../parts/numbers.js";
import { paint } from "../parts/paint.js";

export function mount(element, { text }) {
  const list = element.querySelector("#what-if");
  const caption = element.querySelector(".caption");

  // The buttons are there from the start, so that nothing moves when they fill.
  for (let i = 0; i < OFFERED_CODES; i++) {
    const button = Object.assign(document.createElement("button"), { type: "button", disabled: true });
    const label = document.createElement("span");
    label.append(document.createElement("b"), document.createElement("small"));
    const patch = Object.assign(document.createElement("div"), { className: "patch" });
    button.append(document.createElement("canvas"), patch, label);
    button.addEventListener("click", () =>
      writeCode(Number(button.dataset.code), [Number(button.dataset.of)]),
    );
    list.append(button);
  }

  watch(["whatIf", "theme", "selected", "networks"], (now) => {
    const { modelInfo, whatIf, selected } = now;
    list.classList.toggle("empty", !whatIf);
    list.ariaHidden = String(!whatIf);
    if (!whatIf) {
      const waiting = loadingSentence(now, "prior") || text.waiting;
      caption.textContent = selected.size === 1 ? waiting : text.none;
      for (const button of list.children) {
        button.disabled = true;
        button.hidden = false;
      }
      return;
    }
    const [rows, columns] = modelInfo.grid_shape;
    const [row, column] = placeOf(whatIf.cell, columns);
    const nameOf = (code) => (code === modelInfo.background ? text.blank : fill(text.code, { code }));
    for (const spare of [...list.children].slice(whatIf.list.length)) {
      spare.hidden = spare.disabled = true; // where many codes look alike there are fewer offers
      delete spare.dataset.code;
    }
    whatIf.list.forEach(({ code, probability, image, alike }, i) => {
      const button = list.children[i];
      const [canvas, patch, label] = button.children;
      button.hidden = button.disabled = false;
      button.dataset.code = code;
      button.dataset.of = whatIf.cell;
      const option = alike.length ? text.option_alike : text.option;
      const words = { name: nameOf(code), share: share(probability), others: alike.map(nameOf).join(", ") };
      button.ariaLabel = button.title = fill(option, words);
      label.firstChild.textContent = code === modelInfo.background ? text.blank : String(code);
      label.firstChild.dataset.more = alike.length ? `+${alike.length}` : "";
      label.lastChild.textContent = share(probability);
      patch.style.inset = `${(row / rows) * 100}% auto auto ${(column / columns) * 100}%`;
      patch.style.width = `${100 / columns}%`;
      paint(canvas, image);
    });
  });
  watch(["whatIf", "expected", "codes"], ({ modelInfo, whatIf, expected, codes }) => {
    if (!whatIf) return;
    const code = codes[whatIf.cell];
    for (const button of list.children) button.ariaPressed = String(Number(button.dataset.code) === code);
    if (expected?.codes !== codes) return; // it is on its way
    const [row, column] = placeOf(whatIf.cell, modelInfo.grid_shape[1]);
    const probability = distributionIn(whatIf.cell, expected.probabilities, modelInfo.num_codes)[code];
    const blank = code === modelInfo.background;
    const name = blank ? text.blank : fill(text.code, { code });
    const now = code === UNKNOWN ? text.unknown : fill(text.now, { name, share: share(probability) });
    caption.textContent = fill(text.caption, { row: row + 1, column: column + 1, now });
  });
}
