// The what-if strip: the codes that the prior finds likeliest in the chosen cell, each with its probability and the
// picture that it would make. One click puts it there.

import * as bench from "../../state/edits.js";
import { paint } from "../../drawing/strokes.js";
import { distribution, OFFERED } from "../../state/insight.js";
import { UNKNOWN, watch } from "../../state/store.js";
import { fill, share } from "../parts/numbers.js";

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const list = element.querySelector("#what-if");
  const caption = element.querySelector(".caption");

  const placeOf = (cell, { grid_shape }) => [Math.floor(cell / grid_shape[1]), cell % grid_shape[1]];

  // The places are there from the start, so that nothing moves when they fill.
  for (let i = 0; i < OFFERED; i++) {
    const button = Object.assign(document.createElement("button"), { type: "button", disabled: true });
    const label = document.createElement("span");
    label.append(document.createElement("b"), document.createElement("small"));
    const patch = Object.assign(document.createElement("div"), { className: "patch" });
    button.append(document.createElement("canvas"), patch, label);
    button.addEventListener("click", () => bench.write(Number(button.dataset.code), new Set([Number(button.dataset.of)])));
    list.append(button);
  }

  watch(["whatIf", "theme"], ({ about, whatIf }) => {
    list.classList.toggle("empty", !whatIf);
    list.ariaHidden = String(!whatIf);
    if (!whatIf) {
      caption.textContent = text.none;
      for (const button of list.children) button.disabled = true;
      return;
    }
    const { cell } = whatIf;
    const [row, column] = placeOf(cell, about);
    whatIf.list.forEach(({ code, probability, image }, i) => {
      const button = list.children[i];
      const [canvas, patch, label] = button.children;
      button.disabled = false;
      button.dataset.code = code;
      button.dataset.of = cell;
      button.ariaLabel = fill(text.option, { code, share: share(probability) });
      label.firstChild.textContent = code;
      label.lastChild.textContent = share(probability);
      patch.style.inset = `${(row / about.grid_shape[0]) * 100}% auto auto ${(column / about.grid_shape[1]) * 100}%`;
      patch.style.width = `${100 / about.grid_shape[1]}%`;
      paint(canvas, image);
    });
  });
  watch(["whatIf", "expected", "codes"], ({ about, whatIf, expected, codes }) => {
    if (!whatIf) return;
    const code = codes[whatIf.cell];
    for (const button of list.children) button.ariaPressed = String(Number(button.dataset.code) === code);
    if (expected?.codes !== codes) return; // it is on its way
    const [row, column] = placeOf(whatIf.cell, about);
    const probability = distribution(expected, whatIf.cell, about)[code];
    const now = code === UNKNOWN ? text.unknown : fill(text.now, { code, share: share(probability) });
    caption.textContent = fill(text.caption, { row: row + 1, column: column + 1, now });
  });
}
