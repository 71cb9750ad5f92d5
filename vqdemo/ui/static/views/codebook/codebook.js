// The codebook view: all codes on a map where those that look alike lie together, one of them in detail, and
// how often each of those for ink is used. The chosen one is pointed at, so that its cells show on the
// visitor's own digit.

import * as networks from "../../networks/client.js";
import { UNKNOWN } from "../../state/grid.js";
import { newestFirst } from "../../state/newest_first.js";
import { shownCodes } from "../../state/preview.js";
import { focus } from "../../state/selection.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { share, shareOf } from "../parts/numbers.js";
import { depict, paint, picture } from "../parts/paint.js";
import { showReconstruction } from "../parts/reconstruction_board.js";
import { rovingFocus } from "../parts/roving_focus.js";
import { codeOf, pointAtCodes } from "../parts/under_pointer.js";

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const atlas = part("#atlas");
  let markers = []; // by code
  const roving = rovingFocus();
  let bars = []; // by code
  let shown = null; // the code in detail
  const alone = new Map(); // by code: what it draws in the middle of an empty grid

  const nameOf = (code) => (code === state.modelInfo.background ? text.blank : fill(text.code, { code }));

  function build(modelInfo) {
    const { tiles, map, order, nearest, background } = modelInfo;
    const shares = tiles.map((_, code) => shareOf(code, modelInfo));
    const closest = Math.min(...map.flatMap((a, i) => map.slice(0, i).map((b) => distance(a, b))));
    atlas.style.setProperty("--marker", `${90 * 0.94 * closest}%`);
    markers = tiles.map((_, code) => {
      const marker = document.createElement("div");
      marker.setAttribute("role", "option");
      marker.ariaLabel = marker.title = fill(code === background ? text.blank_option : text.option, {
        code,
        share: share(shares[code]),
      });
      marker.dataset.code = code;
      marker.style.left = `${5 + 90 * map[code][0]}%`;
      marker.style.top = `${5 + 90 * map[code][1]}%`;
      marker.append(picture());
      return marker;
    });
    atlas.append(...order.map((code) => markers[code]));
    roving.over(markers);
    for (const _ of nearest[0]) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.append(picture());
      part(".nearest").append(button);
    }
    const inked = order.filter((code) => code !== background).sort((a, b) => shares[b] - shares[a]);
    bars = tiles.map(() => document.createElement("i"));
    for (const code of inked) bars[code].style.height = `${(100 * shares[code]) / shares[inked[0]]}%`;
    part(".usage").append(...inked.map((code) => bars[code]));
    part(".usage-caption").textContent = fill(text.usage_caption, { share: share(shares[background]) });
  }

  /** The larger of the distances across and down. */
  const distance = ([x, y], [x2, y2]) => Math.max(Math.abs(x - x2), Math.abs(y - y2));

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
  for (const list of [atlas, part(".nearest")]) pointAtCodes(list, { sticky: false });
  atlas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { order } = state.modelInfo;
    const steps = {
      ArrowLeft: -1,
      ArrowUp: -1,
      ArrowRight: 1,
      ArrowDown: 1,
      Home: -order.length,
      End: order.length,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const place = Math.min(Math.max(order.indexOf(shown) + steps[event.key], 0), order.length - 1);
    show(order[place]);
    roving.moveTo(shown);
  });

  const queue = newestFirst();
  function show(code) {
    const { modelInfo } = state;
    shown = code;
    roving.set(code);
    markers.forEach((marker, i) => {
      marker.ariaSelected = String(i === code);
      bars[i].classList.toggle("chosen", i === code);
    });
    part("h3").textContent = nameOf(code);
    const { usage, order, background } = modelInfo;
    const blank = code === background;
    const rank = 1 + order.filter((other) => other !== background && usage[other] > usage[code]).length;
    const words = { share: share(shareOf(code, modelInfo)), rank };
    part(".share").textContent = fill(blank ? text.blank_share : text.share, words);
    showCount();
    focus({ code });
    modelInfo.nearest[code].forEach((alike, i) => {
      const button = part(".nearest").children[i];
      button.dataset.code = alike;
      button.ariaLabel = button.title = nameOf(alike);
      depict(button.firstChild, modelInfo.tiles[alike]);
    });
    depict(part(".head img"), modelInfo.tiles[code]);
    showAlone(code);
  }

  function showCount() {
    const count = shownCodes(state).filter((other) => other === shown).length;
    part(".here .caption").textContent = fill(text.here_caption, { count });
  }

  function showAlone(code) {
    if (alone.has(code)) return paint(part(".alone canvas"), alone.get(code));
    const { codes } = state.modelInfo.blank;
    queue(async () => {
      const [image] = await networks.decode([codes.with((codes.length - 1) / 2, code)]);
      alone.set(code, image);
      if (shown === code) paint(part(".alone canvas"), image);
    }, code);
  }

  /** The code of the visitor's digit that draws most, to begin with. */
  function busiest(now) {
    const { modelInfo } = now;
    const ink = (code) => modelInfo.tiles[code].reduce((sum, value) => sum + value, 0);
    return shownCodes(now)
      .filter((code) => code !== UNKNOWN)
      .reduce((best, code) => (ink(code) > ink(best) ? code : best), modelInfo.background);
  }

  watch(["modelInfo", "view", "codes", "theme"], (now) => {
    const { modelInfo, view } = now;
    if (!modelInfo || view !== "codebook") return;
    if (!markers.length) build(modelInfo);
    markers.forEach((marker, code) => depict(marker.firstChild, modelInfo.tiles[code]));
    show(shown ?? busiest(now));
  });
  watch(["networks"], ({ view }) => view === "codebook" && shown !== null && showAlone(shown));
  watch(["view"], ({ view }) => view !== "codebook" && shown !== null && focus(null));
  watch(["preview"], ({ view }) => view === "codebook" && shown !== null && showCount());
  showReconstruction(part(".here .board"), "codebook");
}
