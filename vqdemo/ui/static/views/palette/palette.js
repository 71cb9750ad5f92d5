// The palette: one tile a code, looking like what the code usually draws, in an order in which neighbours are alike.
// Choosing one writes it into the chosen cells; pointing at one shows every cell that carries it.

import * as bench from "../../state/edits.js";
import { depict, picture } from "../../drawing/strokes.js";
import * as pointing from "../../state/selection.js";
import { linkedCells, watch } from "../../state/store.js";
import { fill, share } from "../parts/numbers.js";

const TYPING_ENDS = 800; // ms after which a number typed on the palette begins anew

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const list = element.querySelector("#palette");
  let options = []; // in the order shown
  let tiles = [];
  let focus = 0; // the place of the one option that Tab reaches

  function build(about) {
    tiles = about.tiles;
    const most = Math.max(...about.usage);
    options = about.order.map((code) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.dataset.code = code;
      option.title = option.ariaLabel = fill(text.option, { code, share: share(about.usage[code]) });
      const number = Object.assign(document.createElement("span"), { textContent: code });
      const bar = document.createElement("i"); // how often the code is used; a root, lest the empty one leave no others
      bar.style.width = `${100 * Math.sqrt(about.usage[code] / most)}%`;
      option.append(picture(), number, bar);
      return option;
    });
    list.append(...options);
  }

  const codeOf = (event) => {
    const tile = event.target.closest("[data-code]");
    return tile ? Number(tile.dataset.code) : null;
  };
  const placeOf = (code) => options.findIndex((option) => Number(option.dataset.code) === code);

  list.addEventListener("click", (event) => {
    const code = codeOf(event);
    if (code === null) return;
    moveTo(placeOf(code));
    bench.write(code);
  });
  for (const tilesOf of [list, element.querySelector(".recent")]) {
    tilesOf.addEventListener("pointerover", (event) => {
      const code = codeOf(event);
      if (code !== null && event.pointerType === "mouse") pointing.hover({ code });
    });
    tilesOf.addEventListener("pointerleave", () => pointing.hover(null));
    tilesOf.addEventListener("focusin", (event) => pointing.focus({ code: codeOf(event) }));
    tilesOf.addEventListener("focusout", () => pointing.focus(null));
  }

  // ---- keys ----
  let typed = "";
  let timer;
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const perRow = options.filter((option) => option.offsetTop === options[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
    if (event.key in steps) {
      const to = focus + steps[event.key];
      if (to >= 0 && to < options.length) moveTo(to);
    } else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(options.length - 1);
    else if (event.key === "Enter" || event.key === " ") bench.write(Number(options[focus].dataset.code));
    else if (/^\d$/.test(event.key)) {
      clearTimeout(timer);
      timer = setTimeout(() => (typed = ""), TYPING_ENDS);
      typed += event.key;
      const place = placeOf(Number(typed));
      if (place >= 0) moveTo(place);
    } else return;
    event.preventDefault();
  });

  function moveTo(place) {
    focus = place;
    showFocus();
    options[place].focus();
  }

  function showFocus() {
    options.forEach((option, place) => (option.tabIndex = place === focus ? 0 : -1));
  }

  // ---- search by number: the tile lights up, with the cells that carry it; Enter writes it ----
  const search = element.querySelector("input");
  search.addEventListener("input", () => {
    const place = /^\d+$/.test(search.value) ? placeOf(Number(search.value)) : -1;
    pointing.focus(place >= 0 ? { code: Number(search.value) } : null);
    if (place >= 0) options[place].scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !/^\d+$/.test(search.value)) return;
    bench.write(Number(search.value));
    search.select();
  });
  search.addEventListener("blur", () => {
    search.value = "";
    pointing.focus(null);
  });

  // ---- what is shown ----
  watch(["about", "theme"], ({ about }) => {
    if (!about) return;
    if (!options.length) {
      build(about);
      showFocus();
    }
    for (const option of options) depict(option.firstChild, tiles[option.dataset.code]);
  });
  watch(["about", "codes", "selected", "pointed"], (now) => {
    if (!now.about) return;
    const carried = new Set([...now.selected].map((i) => now.codes[i]));
    const linked = new Set([...linkedCells(now)].map((i) => now.codes[i])).add(now.pointed?.code);
    for (const option of options) {
      const code = Number(option.dataset.code);
      option.ariaSelected = String(carried.has(code));
      option.classList.toggle("linked", linked.has(code));
    }
  });
  const recent = element.querySelector(".recent");
  watch(["about", "recent", "theme"], ({ about, recent: codes }) => {
    if (!about) return;
    const buttons = codes.map((code) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.dataset.code = code;
      button.title = button.ariaLabel = options[placeOf(code)].title;
      button.append(picture());
      button.addEventListener("click", () => bench.write(code));
      return button;
    });
    recent.replaceChildren(...buttons);
    buttons.forEach((button, i) => depict(button.firstChild, tiles[codes[i]]));
  });
}
