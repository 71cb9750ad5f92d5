// The palette: one tile a code, looking like what the code usually draws, and paler what usually is around
// it. The blank code comes first, the others in an order in which neighbours are alike. Choosing one writes
// it into the selected cells; pointing at one shows every cell that carries it.

import { writeCode, writeTyped } from "../../state/edits.js";
import { shownCodes } from "../../state/preview.js";
import { focus, pointedCells } from "../../state/selection.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { share, shareOf } from "../parts/numbers.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { depict, picture } from "../parts/paint.js";
import { rovingFocus } from "../parts/roving_focus.js";
import { tileInWords } from "../parts/tile_words.js";
import { codeOf, pointAtCodes } from "../parts/under_pointer.js";

const TYPING_PAUSE = 800; // ms after which a number typed on the palette begins anew

export function mount(element, { text }) {
  const list = element.querySelector("#palette");
  const recentList = element.querySelector(".recent");
  const searchField = element.querySelector("input");
  const roving = rovingFocus();
  let options = []; // in the order shown
  let tiles = []; // by code
  const looks = []; // by code: whether it is selected or pointed at, as one string

  function build(modelInfo) {
    tiles = modelInfo.tiles;
    const { background } = modelInfo;
    const most = Math.max(...modelInfo.order.slice(1).map((code) => shareOf(code, modelInfo)));
    options = modelInfo.order.map((code) => {
      const blank = code === background;
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.dataset.code = code;
      const part = shareOf(code, modelInfo);
      const name = blank ? text.blank_option : text.option;
      option.title = option.ariaLabel = fill(name, {
        code,
        look: tileInWords(tiles[code]),
        share: share(part),
      });
      option.classList.toggle("blank", blank);
      const number = document.createElement("span");
      number.textContent = blank ? text.blank : String(code);
      const bar = document.createElement("i"); // how often the code is used, among those for ink
      bar.style.width = blank ? "0" : `${(100 * part) / most}%`;
      option.append(picture(), number, bar);
      return option;
    });
    list.append(...options);
    roving.over(options);
  }

  const codeAt = (place) => Number(options[place].dataset.code);
  const placeOf = (code) => options.findIndex((option) => Number(option.dataset.code) === code);

  // ---- pointing and choosing ----
  list.addEventListener("click", (event) => {
    const code = codeOf(event);
    if (code === null) return;
    roving.moveTo(placeOf(code));
    writeCode(code);
  });
  for (const codes of [list, recentList]) {
    pointAtCodes(codes, { sticky: true });
    codes.addEventListener("focusin", (event) => focus({ code: codeOf(event) }));
    codes.addEventListener("focusout", () => focus(null));
  }

  // ---- keys ----
  let typed = "";
  let timer;
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const perRow = options.filter((option) => option.offsetTop === options[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
    if (event.key in steps) {
      const to = roving.current + steps[event.key];
      if (to >= 0 && to < options.length) roving.moveTo(to);
    } else if (event.key === "Home") roving.moveTo(0);
    else if (event.key === "End") roving.moveTo(options.length - 1);
    else if (event.key === "Enter" || event.key === " ") writeCode(codeAt(roving.current));
    else if (/^\d$/.test(event.key)) {
      clearTimeout(timer);
      timer = setTimeout(() => (typed = ""), TYPING_PAUSE);
      typed += event.key;
      const place = placeOf(Number(typed));
      if (place >= 0) roving.moveTo(place);
    } else return;
    event.preventDefault();
  });

  // ---- search by number: the tile lights up, with the cells that carry it; Enter writes it ----
  searchField.addEventListener("input", () => {
    const place = /^\d+$/.test(searchField.value) ? placeOf(Number(searchField.value)) : -1;
    focus(place >= 0 ? { code: Number(searchField.value) } : null);
    if (place >= 0) options[place].scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  searchField.addEventListener("keydown", (event) => {
    const typed = searchField.value.trim();
    if (event.key !== "Enter" || !typed) return;
    writeTyped(typed);
    searchField.select();
  });
  searchField.addEventListener("blur", () => {
    searchField.value = "";
    focus(null);
  });

  // ---- what is shown ----
  watch(["modelInfo", "theme"], ({ modelInfo }) => {
    if (!modelInfo) return;
    if (!options.length) build(modelInfo);
    for (const option of options) depict(option.firstChild, tiles[option.dataset.code]);
  });
  watchGivingWay(["modelInfo", "codes", "preview", "selected", "pointed"], (state) => {
    if (!state.modelInfo) return;
    const { selected, pointed } = state;
    const codes = shownCodes(state);
    const selectedCodes = new Set([...selected].map((cell) => codes[cell]));
    const pointedCodes = new Set([...pointedCells(state)].map((cell) => codes[cell]));
    if (pointed && "code" in pointed) pointedCodes.add(pointed.code);
    for (const option of options) {
      const code = Number(option.dataset.code);
      const [isSelected, isPointed] = [selectedCodes.has(code), pointedCodes.has(code)];
      const look = `${isSelected},${isPointed}`;
      if (look === looks[code]) continue; // as of nearly all, while a stroke is drawn
      looks[code] = look;
      option.ariaSelected = String(isSelected);
      option.classList.toggle("linked", isPointed);
    }
  });
  watch(["modelInfo", "recent", "theme"], ({ modelInfo, recent }) => {
    if (!modelInfo) return;
    const buttons = recent.map((code) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.dataset.code = String(code);
      button.title = button.ariaLabel = options[placeOf(code)].title;
      button.append(picture());
      button.addEventListener("click", () => writeCode(code));
      return button;
    });
    recentList.replaceChildren(...buttons);
    buttons.forEach((button, i) => depict(button.firstChild, tiles[recent[i]]));
  });
}
