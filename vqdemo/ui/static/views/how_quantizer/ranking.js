// The codes nearest to z, some of those further on, and the furthest, each with its tile and its distance.
// One of them takes the place of z: beside each other, their numbers show what rounding changes.

import { dimensionOf, largestIn, vectorOf } from "../../state/encoding.js";
import { fill } from "../../state/sentence.js";
import { state } from "../../state/store.js";
import { decimal } from "../parts/numbers.js";
import { cropToMiddle, depict, paint, picture } from "../parts/paint.js";
import { signedBars } from "../parts/signed_bars.js";

const RANKS = [1, 2, 3, 4, 5, 10, 20]; // that are listed, and the last
const DIGITS = 2; // of a distance
const SNAP = [{ transform: "translateX(-2.5rem)", opacity: 0.2 }, { transform: "none" }];

/**
 * Prepare the list in an element; `choose(rank)` is called with the rank chosen, from 0. Returns what shows
 * it for a cell: its z and patch, whether it is blank, all codes by distance, and which of them is taken.
 */
export function rankingOf(element, text, choose) {
  const part = (selector) => element.querySelector(selector);
  const showVector = signedBars(part(".vector"));
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  let rows = []; // {rank, input, tile, name, bar, distance}
  let middles = []; // by code: the part of its tile that is its patch
  let snapped = null; // the code that was snapped to last

  function build(count, side) {
    middles = state.modelInfo.tiles.map((tile) => cropToMiddle(tile, side));
    const ranks = [...RANKS.filter((rank) => rank < count), count];
    rows = ranks.map((rank) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "how-rank" });
      const [number, name, track, distance] = ["small", "span", "i", "b"].map((tag) =>
        document.createElement(tag),
      );
      const [tile, bar] = [picture(), document.createElement("i")];
      number.textContent = String(rank);
      track.className = "track";
      track.append(bar);
      label.append(input, number, tile, name, track, distance);
      input.addEventListener("change", () => choose(rank - 1));
      part(".ranks").append(label);
      return { rank: rank - 1, input, tile, name, bar, distance };
    });
  }

  return function show({ z, rank, blank, patch, ranked, encoding }) {
    const { background } = state.modelInfo;
    if (!rows.length) build(ranked.length, Math.sqrt(patch.length));
    const furthest = ranked.at(-1).distance;
    for (const row of rows) {
      const { code, distance } = ranked[row.rank];
      const words = { rank: row.rank + 1, code, distance: decimal(distance, DIGITS) };
      row.input.checked = row.rank === rank;
      row.input.disabled = blank;
      row.input.ariaLabel = fill(text.rank, words);
      row.name.textContent = String(code);
      row.distance.textContent = words.distance;
      row.bar.style.width = `${(100 * distance) / furthest}%`;
      depict(row.tile, middles[code]);
    }
    const taken = blank ? { code: background, distance: 0 } : ranked[rank];
    paint(part(".snap canvas"), patch);
    depict(part(".snap img"), middles[taken.code]);
    part(".snap span").textContent = blank ? text.blank : fill(text.code, taken);
    if (snapped !== taken.code && !isCalm.matches)
      part(".snap img").animate(SNAP, { duration: 260, easing: "ease-in" });
    snapped = taken.code;
    const e = vectorOf(taken.code, encoding.codebook, dimensionOf(state.modelInfo));
    showVector(z, blank ? null : e, largestIn(encoding.codebook), text.rounding);
    part(".error").textContent = blank
      ? text.no_error
      : fill(text.error, { distance: decimal(taken.distance, DIGITS) });
  };
}
