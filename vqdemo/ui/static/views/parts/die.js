// A die: one bar, divided among all codes by their shares, in the order of their numbers, as the sampler
// draws them. Tiles stand in the parts that are wide enough. A needle points to the number that was drawn, if
// one was.

/** @import { Die, Settings } from "../../networks/types.js" */

import { codeAt, partsOf, sharesOf } from "../../state/die.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { share } from "./numbers.js";
import { cropToMiddle, depict, picture } from "./paint.js";

const TILE_SIDE = 8; // pixels of a tile that a part shows, each way
const WIDE = 0.045; // of the bar: a part at least so wide has room for its tile
const SEEN = 0.001; // a part less wide is not drawn
const NAMED = 3; // codes that the bar's description names

/**
 * How to draw dice in an element like <div class="die" role="img"><b class="needle"></b></div>.
 * @param {HTMLElement} bar
 * @param {{die: string, option: string, needle: string}} text
 * @param {((code: number) => void) | null} [choose] is called at a click on the part of a code
 * @returns {(die: Die | null, settings?: Settings, present?: number | null) => void} draws a die, or none;
 *   present: the code that is marked
 */
export function diePainter(bar, text, choose = null) {
  /** @type {HTMLElement} */
  const needle = bar.querySelector(".needle");
  const parts = []; // by code
  let tiles = [];

  watch(["modelInfo"], ({ modelInfo }) => {
    if (!modelInfo) return;
    tiles = modelInfo.tiles.map((tile) => cropToMiddle(tile, TILE_SIDE));
    while (parts.length < modelInfo.num_codes) parts.push(bar.insertBefore(partOf(parts.length), needle));
  });

  function partOf(code) {
    const part = Object.assign(document.createElement("i"), { hidden: true });
    part.dataset.part = String(code);
    part.append(picture());
    if (choose) part.addEventListener("click", () => choose(code));
    return part;
  }

  return (die, settings, present = null) => {
    bar.hidden = !die;
    if (!die) return;
    const shares = sharesOf(die, settings);
    const places = partsOf(shares);
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
  };
}
