// Completion: one button asks the prior for the unknown cells; its alternatives stand side by side, the ink that was
// imagined in the accent colour, each adopted by a click.

import * as bench from "./bench.js";
import { paint, SIDE } from "./ink.js";
import { UNKNOWN, watch } from "./state.js";

export function mount(element, props, server) {
  const { text } = props;
  bench.start(server, text.status);
  const ask = element.querySelector("#complete");
  const list = element.querySelector("#completions");
  const fields = [...element.querySelectorAll("[name]")];
  const field = (name) => fields.find((one) => one.name === name);

  ask.addEventListener("click", bench.complete);
  element.querySelector("[data-do=dice]").addEventListener("click", bench.rollSeed);

  // ---- settings: the fields write them, and show what they are ----
  for (const one of fields) {
    one.addEventListener("change", () => {
      if (one.value === "" && one.type === "number") return show();
      let value = one.value === "" ? null : Number(one.value);
      if (one.type === "number") value = Math.round(Math.min(Math.max(value, one.min), one.max));
      bench.set({ [one.name]: value });
      show();
    });
    one.addEventListener("input", () => showOutput(one));
  }
  const showOutput = (one) => {
    const output = one.parentElement.querySelector("b");
    if (output) output.textContent = Number(one.value).toFixed(2);
  };
  let show = () => {};

  watch(["about"], ({ about }) => {
    if (!about) return;
    field("n").max = about.max_alternatives;
    const options = about.labels.map((name, label) => new Option(name, label));
    field("label").replaceChildren(new Option(text.any, ""), ...options);
  });
  watch(["settings"], ({ settings }) => {
    if (!settings) return;
    show = () => {
      for (const one of fields) {
        one.value = settings[one.name] ?? "";
        showOutput(one);
      }
    };
    show();
  });

  // ---- the button and the alternatives ----
  watch(["imagining", "codes", "alternatives"], ({ imagining, codes, alternatives }) => {
    const again = alternatives && !imagining;
    ask.firstElementChild.textContent = imagining ? text.busy : again ? text.again : text.complete;
    ask.ariaBusy = String(imagining);
    ask.classList.toggle("idle", !codes?.includes(UNKNOWN) && !alternatives);
    element.classList.toggle("imagining", imagining);
  });
  let listed = null;
  watch(["alternatives", "theme"], ({ alternatives, about }) => {
    if (alternatives?.list !== listed) {
      listed = alternatives?.list ?? null;
      list.replaceChildren(...(listed ?? []).map(button));
    }
    if (!listed) return;
    const [rows, columns] = about.grid_shape;
    const imagined = (x, y) => {
      const cell = Math.floor((y * rows) / SIDE) * columns + Math.floor((x * columns) / SIDE);
      return alternatives.question[cell] === UNKNOWN;
    };
    [...list.children].forEach((one, i) => {
      one.ariaPressed = String(i === alternatives.adopted);
      paint(one.firstChild, listed[i].image, imagined);
    });
  });

  function button({ log_prob, codes }, i) {
    const one = Object.assign(document.createElement("button"), { type: "button" });
    const logProb = log_prob.toFixed(1).replace("-", "−");
    one.ariaLabel = text.alternative.replace("{number}", i + 1).replace("{log_prob}", logProb);
    one.dataset.codes = codes.join(" ");
    const label = document.createElement("span");
    label.textContent = text.log_prob.replace("{log_prob}", logProb);
    one.append(document.createElement("canvas"), label);
    one.addEventListener("click", () => bench.adopt(i));
    return one;
  }
}
