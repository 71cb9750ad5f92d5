// The alternatives, small and side by side, with what was sampled in its own colour. Pointing at one, by
// mouse or focus, shows it large; a click keeps it; Escape lets it go.

import { keep, letGo } from "../../state/completions.js";
import { UNKNOWN } from "../../state/grid.js";
import { endGlance, glance } from "../../state/playback.js";
import { atRest } from "../../state/preview.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { decimal } from "../parts/numbers.js";
import { inCells, paint } from "../parts/paint.js";

export function showAlternatives(element, text) {
  const list = element.querySelector("#completions");
  const hint = element.querySelector(".hint");

  watch(["alternatives", "theme"], ({ alternatives, modelInfo }) => {
    const listed = alternatives?.list ?? [];
    while (list.children.length > listed.length) list.lastChild.remove();
    const best = listed.every(({ log_prob }) => log_prob !== null)
      ? Math.max(...listed.map(({ log_prob }) => log_prob))
      : null;
    listed.forEach(({ image, log_prob, codes }, number) => {
      const button = list.children[number] ?? list.appendChild(newButton(number));
      const words = { number: number + 1, log_prob: log_prob === null ? "…" : decimal(log_prob, 1) };
      const likeliest = listed.length > 1 && log_prob === best;
      button.title = button.ariaLabel = fill(likeliest ? text.likeliest : text.alternative, words);
      button.dataset.codes = codes.join(" ");
      button.ariaPressed = String(number === alternatives.adopted);
      button.classList.toggle("likeliest", likeliest);
      button.lastChild.textContent = fill(text.log_prob, words);
      const sampled = inCells(modelInfo, (cell) => alternatives.question[cell] === UNKNOWN);
      paint(button.firstChild, image, sampled);
    });
  });

  watch(["alternatives", "preview"], ({ alternatives, preview }) => {
    [...list.children].forEach((button, number) => {
      button.classList.toggle("shown", number === preview?.number);
      button.ariaCurrent = number === preview?.number ? "true" : null;
    });
    const kept = alternatives && alternatives.adopted !== null;
    hint.textContent = atRest(preview) ? text.not_kept : kept ? text.kept : "";
  });

  function newButton(number) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(document.createElement("canvas"), document.createElement("span"));
    button.addEventListener("click", () => keep(number));
    button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && glance(number));
    button.addEventListener("focus", () => button.matches(":focus-visible") && glance(number));
    return button;
  }
  list.addEventListener("pointerleave", endGlance);
  list.addEventListener("focusout", endGlance);

  // Before the grid and other parts take it for theirs.
  document.addEventListener(
    "keydown",
    (event) => {
      const target = /** @type {Element} */ (event.target);
      if (event.key !== "Escape" || target.closest("input, select")) return;
      if (document.querySelector(":popover-open, dialog[open]")) return; // it is theirs
      if (!state.preview && !list.contains(target)) return;
      event.preventDefault();
      event.stopPropagation();
      letGo();
    },
    { capture: true },
  );
}
