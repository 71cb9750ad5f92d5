// Completion: one button asks the prior for the unknown cells; its alternatives stand side by side, the ink that was
// imagined in the accent colour, each adopted by a click.

import * as bench from "../../state/edits.js";
import * as imagine from "../../state/completions.js";
import { inCells, paint, SIDE } from "../../drawing/strokes.js";
import { UNKNOWN, update, watch } from "../../state/store.js";
import { decimal, fill, share } from "../parts/numbers.js";

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const ask = element.querySelector("#complete");
  const list = element.querySelector("#completions");
  const fields = [...element.querySelectorAll("[name]")];
  const field = (name) => fields.find((one) => one.name === name);

  ask.addEventListener("click", imagine.complete);
  const deeds = { dice: imagine.rollSeed, rest: imagine.completeDrawing, play: imagine.play, step: imagine.step, stop: imagine.stop };
  for (const button of element.querySelectorAll("[data-do]")) {
    button.addEventListener("click", deeds[button.dataset.do]);
  }

  // ---- settings: the fields write them, and show what they are ----
  for (const one of fields) {
    one.addEventListener("change", () => {
      if (one.value === "" && one.type === "number") return show();
      let value = one.value === "" ? null : Number(one.value);
      if (one.type === "number") value = Math.round(Math.min(Math.max(value, one.min), one.max));
      imagine.set({ [one.name]: value });
      show();
    });
    one.addEventListener("input", () => showOutput(one));
  }
  const showOutput = (one, value = one.value) => {
    const output = one.parentElement.querySelector("b");
    if (output) output.textContent = Number(value).toFixed(2);
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
        showOutput(one, settings[one.name]); // a slider holds a value between its steps as the nearest step
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
  watch(["alternatives", "watching", "theme"], ({ alternatives, watching, about }) => {
    if (alternatives?.list !== listed) {
      listed = alternatives?.list ?? null;
      list.replaceChildren(...(listed ?? []).map(button));
    }
    if (!listed) return;
    const imagined = inCells(about, (cell) => alternatives.question[cell] === UNKNOWN);
    const filled = watching && inCells(about, (cell) => watching.codes[cell] !== UNKNOWN);
    [...list.children].forEach((one, i) => {
      one.ariaPressed = String(i === alternatives.adopted);
      const { image } = listed[i];
      paint(one.firstChild, filled ? image.map((ink, at) => (filled(at % SIDE, Math.floor(at / SIDE)) ? ink : 0)) : image, imagined);
    });
  });

  // ---- watching one being filled in ----
  const transport = element.querySelector(".watch");
  const bars = transport.querySelector(".bars");
  const speed = transport.querySelector("input");
  speed.addEventListener("input", () => update({ speed: Number(speed.value) }));
  watch(["speed"], (now) => {
    speed.value = now.speed;
    transport.querySelector("b").textContent = fill(text.cells_a_second, { speed: now.speed });
  });
  watch(["watching", "alternatives"], ({ watching, alternatives, about }) => {
    transport.hidden = !alternatives;
    const play = transport.querySelector("[data-do=play]");
    play.classList.toggle("playing", Boolean(watching?.playing));
    play.title = play.ariaLabel = watching?.playing ? text.pause : text.play;
    transport.querySelector("[data-do=stop]").disabled = !watching;
    const most = Math.log(about?.num_codes ?? 2);
    const heights = (watching?.order ?? []).map((_, i) => watching.entropies[i] ?? 0);
    bars.replaceChildren(
      ...heights.map((nats) => {
        const bar = document.createElement("i");
        bar.style.height = `${(100 * nats) / most}%`;
        return bar;
      }),
    );
    const chosen = watching?.chosen;
    transport.querySelector(".now").textContent = !chosen
      ? text.watch_help
      : fill(text.watch_now, {
          at: watching.at,
          count: watching.order.length,
          entropy: decimal(chosen.entropy, 2),
          code: chosen.code,
          share: share(chosen.probability),
        });
  });

  function button({ log_prob, codes }, i) {
    const one = Object.assign(document.createElement("button"), { type: "button" });
    const words = { number: i + 1, log_prob: decimal(log_prob, 1) };
    one.title = one.ariaLabel = fill(text.alternative, words);
    one.dataset.codes = codes.join(" ");
    const label = document.createElement("span");
    label.textContent = fill(text.log_prob, words);
    one.append(document.createElement("canvas"), label);
    one.addEventListener("click", () => imagine.adopt(i));
    return one;
  }
}
