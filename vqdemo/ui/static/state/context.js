// What the prior reads when it draws the code of a cell: the cells before it in the generation order, which
// have their codes by then, and the known cells after it. A plain PixelCNN is blind to the latter.

/** @import { Grid } from "../networks/types.js" */

import { UNKNOWN } from "./grid.js";

/** @typedef {"own" | "before" | "after" | "unseen"} Sight */

/**
 * How the prior sees each cell when it draws the code of one.
 * @param {number} cell
 * @param {Grid} question the grid that is completed
 * @param {number[]} order all cells in generation order
 * @param {boolean} blind whether it does without the known cells after
 * @returns {Sight[]} by cell
 */
export function sightsOf(cell, question, order, blind) {
  const turns = turnsIn(order);
  return question.map((code, other) => {
    if (other === cell) return "own";
    if (turns[other] < turns[cell]) return "before";
    return code === UNKNOWN || blind ? "unseen" : "after";
  });
}

/** By cell: its place in the generation order, from 0. @param {number[]} order */
export function turnsIn(order) {
  const turns = Array(order.length);
  order.forEach((cell, turn) => (turns[cell] = turn));
  return turns;
}

/**
 * What is seen of a grid that has all its codes, -1 elsewhere.
 * @param {Grid} codes
 * @param {Sight[]} sights
 * @returns {Grid}
 */
export const seenOf = (codes, sights) =>
  codes.map((code, cell) => (sights[cell] === "before" || sights[cell] === "after" ? code : UNKNOWN));

/** Whether any known cell comes after an unknown one. @param {Grid} question @param {number[]} order */
export function knowsLaterCells(question, order) {
  const first = order.findIndex((cell) => question[cell] === UNKNOWN);
  return first >= 0 && order.slice(first).some((cell) => question[cell] !== UNKNOWN);
}
