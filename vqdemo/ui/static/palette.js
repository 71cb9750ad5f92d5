// The palette: one tile a code, looking like what the code usually draws. Choosing one writes it into the chosen
// cells; pointing at one shows every cell that carries it.

import * as bench from "./bench.js";
import { paint } from "./ink.js";
import { state, update, watch } from "./state.js";

export function mount(element, props, server) {
  const { text } = props;
  bench.start(server, text.status);
  const list = element.querySelector("#palette");
  let options = [];
  let focus = 0; // the one option that Tab reaches

  function build(about) {
    const percent = new Intl.NumberFormat(document.documentElement.lang || "en", {
      style: "percent",
      maximumFractionDigits: 1,
    });
    options = about.tiles.map((tile, code) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.dataset.code = code;
      option.title = option.ariaLabel = text.option
        .replace("{code}", code)
        .replace("{share}", percent.format(about.usage[code]));
      const number = Object.assign(document.createElement("span"), { textContent: code });
      option.append(document.createElement("canvas"), number);
      return option;
    });
    list.append(...options);
  }

  const codeOf = (event) => event.target.closest("[data-code]")?.dataset.code;
  const link = (code) =>
    update({ linked: new Set(state.codes.map((_, i) => i).filter((i) => state.codes[i] === code)) });

  list.addEventListener("click", (event) => {
    const code = codeOf(event);
    if (code === undefined) return;
    moveTo(Number(code));
    bench.write(Number(code));
  });
  list.addEventListener("pointerover", (event) => {
    const code = codeOf(event);
    if (code !== undefined && event.pointerType === "mouse") link(Number(code));
  });
  list.addEventListener("pointerleave", () => update({ linked: new Set() }));

  list.addEventListener("keydown", (event) => {
    const perRow = options.filter((option) => option.offsetTop === options[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
    if (event.key in steps) {
      const to = focus + steps[event.key];
      if (to >= 0 && to < options.length) moveTo(to);
    } else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(options.length - 1);
    else if (event.key === "Enter" || event.key === " ") bench.write(focus);
    else return;
    event.preventDefault();
  });

  function moveTo(code) {
    focus = code;
    showFocus();
    options[code].focus();
  }

  function showFocus() {
    options.forEach((option, code) => (option.tabIndex = code === focus ? 0 : -1));
  }

  watch(["about", "theme"], ({ about }) => {
    if (!about) return;
    if (!options.length) {
      build(about);
      showFocus();
    }
    options.forEach((option, code) => paint(option.firstChild, about.tiles[code]));
  });
  watch(["about", "codes", "selected"], ({ about, codes, selected }) => {
    if (!about) return;
    const carried = new Set([...selected].map((i) => codes[i]));
    options.forEach((option, code) => (option.ariaSelected = String(carried.has(code))));
  });
}
