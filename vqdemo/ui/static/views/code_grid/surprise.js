// Tints of the grid, in bits. Surprise: how unexpected each code is, given all others (-log2 of its
// probability), and how long the whole digit is by the prior. Moves: how far the last edit moved what is
// expected elsewhere.

import { toggleMoves, toggleSurprise } from "../../state/bits.js";
import { distributionIn, placeOf, UNKNOWN } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { loadingSentence } from "../parts/loading.js";
import { decimal } from "../parts/numbers.js";

const FULL_SURPRISE = 8; // bits; the legend says so
const FULL_MOVE = 2; // bits
const MOVED = 0.1; // bits, from which on a cell counts as moved

export function mountSurprise(element, text) {
  const grid = element.querySelector("#code-grid");
  const legend = element.querySelector(".legend");
  const part = (selector) => legend.querySelector(selector);
  const buttonOf = (name) => element.querySelector(`[data-do=${name}]`);
  wireButtons(element, { surprise: toggleSurprise, moves: toggleMoves });

  watch(["surprise", "moving", "expected", "moves", "length", "codes", "settings", "networks"], (now) => {
    const { surprise, moving } = now;
    buttonOf("surprise").ariaPressed = String(surprise);
    buttonOf("moves").ariaPressed = String(moving);
    grid.classList.toggle("surprise", surprise || moving);
    grid.classList.toggle("moving", moving);
    element.querySelector("section").classList.toggle("with-legend", surprise || moving);
    if (!surprise && !moving) return;
    const full = surprise ? FULL_SURPRISE : FULL_MOVE;
    part(".least").textContent = surprise ? text.surprise_least : text.moves_least;
    part(".most").textContent = fill(surprise ? text.surprise_most : text.moves_most, { most: full });
    const waiting = loadingSentence(now, "prior") || "…";
    const bits = surprise ? surpriseOf(now) : movesOf(now);
    tintCells(bits, full, surprise ? text.surprise_cell : text.moves_cell);
    part(".total").textContent = (surprise ? lengthSentence(now) : movesSentence(now)) ?? waiting;
  });

  /** Whether what is known is of this grid, and of the digit asked for. */
  const isOf = (known, { codes, settings }) => known?.codes === codes && known.label === settings.label;

  /** Bits by cell, or null while they are not known. */
  function surpriseOf(now) {
    const { codes, expected, modelInfo } = now;
    if (!isOf(expected, now)) return null;
    return codes.map((code, cell) =>
      code === UNKNOWN
        ? null
        : -Math.log2(distributionIn(cell, expected.probabilities, modelInfo.num_codes)[code]),
    );
  }
  const movesOf = (now) => (isOf(now.moves, now) ? now.moves.bits : null);

  function tintCells(bits, full, sentence) {
    grid.querySelectorAll("[data-cell]").forEach((cell, i) => {
      const its = bits?.[i] ?? null;
      cell.style.setProperty("--tint", its === null ? "0" : Math.min(its / full, 1).toFixed(3));
      cell.title = its === null ? "" : fill(sentence, { bits: decimal(its, 1) });
    });
  }

  /** How long the digit is; null while that is not known. */
  function lengthSentence(now) {
    const { codes, length, modelInfo, settings } = now;
    if (codes.includes(UNKNOWN)) return text.length_unknown;
    if (!isOf(length, now)) return null;
    const { any, given } = modelInfo.figures.typical_bits;
    const typical = settings.label === null ? any : given;
    const words = { bits: decimal(length.bits, 0), typical: typical && decimal(typical, 0) };
    const change = Math.round(length.change ?? 0);
    const sentences = [fill(typical ? text.length_typical : text.length, words)];
    if (change)
      sentences.push(fill(change > 0 ? text.longer : text.shorter, { bits: decimal(Math.abs(change), 0) }));
    return sentences.join(" ");
  }

  /** What the last edit moved; null while that is not known. */
  function movesSentence(now) {
    const { moves, modelInfo } = now;
    if (!isOf(moves, now)) return null;
    if (!moves.bits) return text.moves_none;
    const count = moves.bits.filter((bits) => bits >= MOVED).length;
    const most = moves.bits.indexOf(Math.max(...moves.bits));
    const [row, column] = placeOf(most, modelInfo.grid_shape[1]);
    const words = { count, row: row + 1, column: column + 1, bits: decimal(moves.bits[most], 1) };
    return fill(count ? text.moves_total : text.moves_nothing, words);
  }
}
