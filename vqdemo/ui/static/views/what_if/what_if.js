// The what-if strip: the die of the selected cell (die.js), and below it the likeliest codes and the present
// one, each with its share and the image that it would make, magnified around the cell, what differs from now
// in colour. Codes whose images cannot be told apart are one offer. One click puts it there.

import { sharesOf } from "../../state/die.js";
import { writeCode } from "../../state/edits.js";
import { placeOf, UNKNOWN } from "../../state/grid.js";
import { OFFERED_CODES } from "../../state/insight.js";
import { shownCodes } from "../../state/preview.js";
import { fill } from "../../state/sentence.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { loadingSentence } from "../parts/loading.js";
import { share } from "../parts/numbers.js";
import { paint } from "../parts/paint.js";
import { setText } from "../parts/set_text.js";
import { mountDie } from "./die.js";

const SHOWN = 0.5; // of the image's side, around the cell
const DIFFERENT = 40; // of 255: pixels that differ by more are in colour

export function mount(element, { text }) {
  const list = element.querySelector("#what-if");
  const caption = element.querySelector(".caption");
  mountDie(element, text);

  // The buttons are there from the start, so that nothing moves when they fill.
  for (let i = 0; i < OFFERED_CODES; i++) {
    const button = Object.assign(document.createElement("button"), { type: "button", disabled: true });
    const label = document.createElement("span");
    label.append(document.createElement("b"), document.createElement("small"));
    const patch = Object.assign(document.createElement("div"), { className: "patch" });
    const window = Object.assign(document.createElement("div"), { className: "window" });
    window.append(document.createElement("canvas"), patch);
    button.append(window, label);
    button.addEventListener("click", () =>
      writeCode(Number(button.dataset.code), [Number(button.dataset.of)]),
    );
    list.append(button);
  }

  function empty() {
    list.classList.add("empty");
    list.ariaHidden = "true";
    for (const button of list.children) Object.assign(button, { disabled: true, hidden: false });
  }

  watchGivingWay(["whatIf", "theme", "selected", "image", "networks"], (now) => {
    const { modelInfo, whatIf, selected, image: present } = now;
    if (!whatIf) {
      const waiting = loadingSentence(now, "prior") || text.waiting;
      setText(caption, selected.size === 1 ? waiting : text.none);
      if (!list.classList.contains("empty")) empty();
      return;
    }
    list.classList.remove("empty");
    list.ariaHidden = "false";
    const [rows, columns] = modelInfo.grid_shape;
    const [row, column] = placeOf(whatIf.cell, columns);
    const [x, y] = [startOf(column, columns), startOf(row, rows)];
    for (const spare of [...list.children].slice(whatIf.list.length)) {
      spare.hidden = spare.disabled = true; // where many codes look alike there are fewer offers
      delete spare.dataset.code;
    }
    whatIf.list.forEach(({ code, image, alike }, i) => {
      const button = list.children[i];
      const [window, label] = button.children;
      const [canvas, patch] = window.children;
      button.hidden = button.disabled = false;
      button.dataset.code = code;
      button.dataset.of = whatIf.cell;
      setText(label.firstChild, code === modelInfo.background ? text.blank : String(code));
      label.firstChild.dataset.more = alike.length ? `+${alike.length}` : "";
      canvas.style.left = `${(-100 * x) / SHOWN}%`;
      canvas.style.top = `${(-100 * y) / SHOWN}%`;
      patch.style.left = `${(100 * (column / columns - x)) / SHOWN}%`;
      patch.style.top = `${(100 * (row / rows - y)) / SHOWN}%`;
      patch.style.width = `${100 / columns / SHOWN}%`;
      const side = Math.sqrt(image.length);
      paint(canvas, image, (px, py) => Math.abs(image[py * side + px] - present[py * side + px]) > DIFFERENT);
    });
  });

  watchGivingWay(["whatIf", "die", "codes", "preview", "settings"], (now) => {
    const { modelInfo, whatIf, die, codes, settings } = now;
    const isOld = die?.codes !== codes || whatIf?.codes !== codes || die.cell !== whatIf.cell;
    if (isOld) return; // the new ones are on their way
    const code = shownCodes(now)[whatIf.cell];
    const shares = sharesOf(die, settings);
    const nameOf = (code) => (code === modelInfo.background ? text.blank : fill(text.code, { code }));
    whatIf.list.forEach((offer, i) => {
      const button = list.children[i];
      const probability = [offer.code, ...offer.alike].reduce((sum, each) => sum + shares[each], 0);
      button.ariaPressed = String(offer.code === code);
      const words = {
        name: nameOf(offer.code),
        share: share(probability),
        others: offer.alike.map(nameOf).join(", "),
      };
      button.ariaLabel = button.title = fill(offer.alike.length ? text.option_alike : text.option, words);
      setText(button.lastChild.lastChild, share(probability));
    });
    const [row, column] = placeOf(whatIf.cell, modelInfo.grid_shape[1]);
    const own =
      code === UNKNOWN ? text.unknown : fill(text.now, { name: nameOf(code), share: share(shares[code]) });
    const sentence = die.needle === null ? text.caption : text.caption_drawn;
    setText(caption, fill(sentence, { row: row + 1, column: column + 1, now: own }));
  });
}

/** Where the part that is shown begins, along one side of the image: with the cell in its middle, if it can. */
const startOf = (place, count) => Math.min(Math.max((place + 0.5) / count - SHOWN / 2, 0), 1 - SHOWN);
