// The codebook view: all codes on a map where those that look alike lie together, one of them in detail, and how often each
// is used. The chosen one is pointed at, so that its cells show on the visitor's own digit.

import * as bench from "../../state/edits.js";
import { depict, paint, picture } from "../../drawing/strokes.js";
import { newestFirst } from "../../state/insight.js";
import * as model from "../../networks/remote.js";
import { addPatches } from "../parts/cell_overlay.js";
import * as pointing from "../../state/selection.js";
import { state, UNKNOWN, watch } from "../../state/store.js";
import { fill, share } from "../parts/numbers.js";

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const part = (selector) => element.querySelector(selector);
  const atlas = part("#atlas");
  let markers = []; // by code
  let bars = []; // by code
  let shown = null; // the code in detail
  const alone = new Map(); // by code: what it draws in the middle of an empty grid

  function build({ tiles, map, usage, order, nearest }) {
    markers = tiles.map((_, code) => {
      const marker = document.createElement("div");
      marker.setAttribute("role", "option");
      marker.ariaLabel = marker.title = fill(text.option, { code, share: share(usage[code]) });
      marker.dataset.code = code;
      marker.style.left = `${5 + 90 * map[code][0]}%`;
      marker.style.top = `${5 + 90 * map[code][1]}%`;
      marker.append(picture());
      return marker;
    });
    atlas.append(...order.map((code) => markers[code]));
    for (const _ of nearest[0]) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.append(picture());
      part(".nearest").append(button);
    }
    const most = Math.max(...usage);
    bars = usage.map((times) => {
      const bar = document.createElement("i");
      bar.style.height = `${100 * Math.sqrt(times / most)}%`;
      return bar;
    });
    part(".usage").append(...[...usage.keys()].sort((a, b) => usage[b] - usage[a]).map((code) => bars[code]));
  }

  const codeOf = (event) => {
    const tile = event.target.closest("[data-code]");
    return tile && Number(tile.dataset.code);
  };
  /** The code nearest to a click, which may fall beside all pictures: on a phone they are small. */
  const nearestTo = ({ clientX, clientY }) => {
    const far = markers.map((marker) => {
      const { left, top, width, height } = marker.getBoundingClientRect();
      return Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
    });
    return far.indexOf(Math.min(...far));
  };
  atlas.addEventListener("click", (event) => show(nearestTo(event)));
  part(".nearest").addEventListener("click", (event) => codeOf(event) !== null && show(codeOf(event)));
  for (const tiles of [atlas, part(".nearest")]) {
    tiles.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") pointing.hover(codeOf(event) === null ? null : { code: codeOf(event) });
    });
    tiles.addEventListener("pointerleave", () => pointing.hover(null));
  }
  atlas.addEventListener("keydown", (event) => {
    const { order } = state.about;
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -order.length, End: order.length };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const place = Math.min(Math.max(order.indexOf(shown) + steps[event.key], 0), order.length - 1);
    show(order[place]);
    markers[shown].focus();
  });

  const wish = newestFirst();
  function show(code) {
    const { about, codes } = state;
    shown = code;
    markers.forEach((marker, i) => {
      marker.tabIndex = i === code ? 0 : -1;
      marker.ariaSelected = String(i === code);
      bars[i].classList.toggle("chosen", i === code);
    });
    part("h3").textContent = fill(text.code, { code });
    const rank = about.usage.filter((times) => times > about.usage[code]).length + 1;
    part(".share").textContent = fill(text.share, { share: share(about.usage[code]), rank });
    part(".here .caption").textContent = fill(text.here_caption, { count: codes.filter((one) => one === code).length });
    pointing.focus({ code });
    about.nearest[code].forEach((alike, i) => {
      const button = part(".nearest").children[i];
      button.dataset.code = alike;
      button.ariaLabel = button.title = fill(text.code, { code: alike });
      depict(button.firstChild, about.tiles[alike]);
    });
    depict(part(".head img"), about.tiles[code]);
    if (alone.has(code)) return paint(part(".alone canvas"), alone.get(code));
    wish(async () => {
      const middle = (about.blank.codes.length - 1) / 2;
      const [image] = await model.decode([about.blank.codes.with(middle, code)]);
      alone.set(code, image);
      if (shown === code) paint(part(".alone canvas"), image);
    });
  }

  /** The code of the visitor's digit that draws most, to begin with. */
  function busiest({ codes, about }) {
    const ink = (code) => about.tiles[code].reduce((sum, value) => sum + value, 0);
    return codes.filter((code) => code !== UNKNOWN).reduce((best, code) => (ink(code) > ink(best) ? code : best), about.background);
  }

  watch(["about", "view", "codes", "theme"], (now) => {
    const { about, view } = now;
    if (!about || view !== "codebook") return;
    if (!markers.length) build(about);
    markers.forEach((marker, code) => depict(marker.firstChild, about.tiles[code]));
    show(shown ?? busiest(now));
  });
  watch(["view"], ({ view }) => view !== "codebook" && shown !== null && pointing.focus(null));
  watch(["image", "view", "theme"], ({ image, view }) => image && view === "codebook" && paint(part(".here canvas"), image));
  addPatches(part(".here .board"), { showUnknown: true });
}
