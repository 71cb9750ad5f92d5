// The code's die: one bar, divided among all codes by their shares, in the order of their numbers, as the
// sampler draws them. Tiles stand in the parts that are wide enough. Where a completion filled the cell, a
// needle points to the number that was drawn. The settings of completions reshape it while they are moved.

import { codeAt, partsOf, sharesOf } from "../../state/die.js";
import { writeCode } from "../../state/edits.js";
import { shownCodes } from "../../state/preview.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { share } from "../parts/numbers.js";
import { cropToMiddle, depict, picture } from "../parts/paint.js";

const TILE_SIDE = 8; // pixels of a tile that a part shows, each way
const WIDE = 0.045; // of the bar: a part at least so wide has room for its tile
const SEEN = 0.001; // a part less wide is not drawn
const NAMED = 3; // codes that the bar's description names

export function mountDie(element, text) {
  const bar = element.querySelector(".die");
  const needle = bar.querySelector(".needle");
  const parts = []; // by code
  let tiles = [];

  watch(["modelInfo", "theme"], ({ modelInfo }) => {
    if (!modelInfo) return;
    tiles = modelInfo.tiles.map((tile) => cropToMiddle(tile, TILE_SIDE));
    while (parts.length < modelInfo.num_codes) parts.push(bar.insertBefore(partOf(parts.length), needle));
  });

  watch(["die", "codes", "preview", "settings", "theme"], (now) => {
    const { die, codes, settings } = now;
    const shows = Boolean(die) && die.codes === codes;
    bar.hidden = !shows;
    if (!shows) return;
    const shares = sharesOf(die, settings);
    const places = partsOf(shares);
    const present = shownCodes(now)[die.cell];
    parts.forEach((part, code) => {
      part.hidden = shares[code] < SEEN;
      if (part.hidden) return;
      part.style.left = `${100 * places[code].from}%`;
      part.style.width = `${100 * shares[code]}%`;
      part.classList.toggle("present", code === present);
      part.title = fill(text.option, { code, share: share(shares[code]) });
      const isWide = shares[code] >= WIDE;
      part.firstChild.hidden = !isWide;
      if (isWide) depict(part.firstChild, tiles[code]);
    });
    needle.hidden = die.needle === null;
    if (die.needle !== null) needle.style.left = `${100 * die.needle}%`;
    const named = [...shares.keys()].sort((a, b) => shares[b] - shares[a]).slice(0, NAMED);
    const words = named.map((code) => fill(text.option, { code, share: share(shares[code]) }));
    const drawn = die.needle === null ? "" : fill(text.needle, { code: codeAt(die.needle, shares) });
    bar.ariaLabel = `${text.die} ${words.join("; ")}. ${drawn}`;
  });

  function partOf(code) {
    const part = Object.assign(document.createElement("i"), { hidden: true });
    part.dataset.part = String(code);
    part.append(picture());
    part.addEventListener("click", () => state.die && writeCode(code, [state.die.cell]));
    return part;
  }
}
