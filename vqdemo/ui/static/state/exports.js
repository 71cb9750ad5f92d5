// What the prior says, as files: the alternatives with their probabilities, and the distribution of every
// cell given all others.

/** @import { State } from "./types.js" */

import { distributionIn, placeOf, toRows } from "./grid.js";

const DIGITS = 6; // of a probability

/** @param {State} state */
export function alternativesToJSON({ modelInfo, alternatives }) {
  const { question, settings, order, list, adopted } = alternatives;
  const rows = (codes) => toRows(codes, modelInfo.grid_shape[1]);
  return json({
    model: modelInfo.id,
    settings,
    question: rows(question),
    generation_order: order,
    adopted,
    alternatives: list.map(({ codes, log_prob }) => ({ log_prob, codes: rows(codes) })),
  });
}

/** A line an alternative: its number, ln p of its unknown cells, and its codes row by row. @param {State} state */
export function alternativesToCSV({ modelInfo, alternatives }) {
  const names = cellNames(modelInfo).map(([row, column]) => `row${row}_column${column}`);
  return csv([
    ["alternative", "log_prob", ...names],
    ...alternatives.list.map(({ codes, log_prob }, number) => [number + 1, log_prob ?? "", ...codes]),
  ]);
}

/**
 * @param {State} state
 * @param {Float32Array} probabilities cell by cell, of each code
 * @param {number | null} label that was asked for
 */
export function conditionalsToJSON({ modelInfo, codes }, probabilities, label) {
  const columns = modelInfo.grid_shape[1];
  const cells = codes.map((_, cell) =>
    [...distributionIn(cell, probabilities, modelInfo.num_codes)].map(short),
  );
  const grid = toRows(codes, columns);
  return json({ model: modelInfo.id, label, codes: grid, conditionals: toRows(cells, columns) });
}

/**
 * A line a cell: its place, its code (-1: unknown), and the probability of each code there given all others.
 * @param {State} state
 * @param {Float32Array} probabilities
 */
export function conditionalsToCSV({ modelInfo, codes }, probabilities) {
  const names = Array.from({ length: modelInfo.num_codes }, (_, code) => `p${code}`);
  const cells = cellNames(modelInfo).map((place, cell) => [
    ...place,
    codes[cell],
    ...[...distributionIn(cell, probabilities, modelInfo.num_codes)].map(short),
  ]);
  return csv([["row", "column", "code", ...names], ...cells]);
}

const short = (probability) => Number(probability.toPrecision(DIGITS));
const json = (value) => `${JSON.stringify(value)}\n`;
const csv = (lines) => lines.map((line) => `${line.join(",")}\n`).join("");

/** Row and column of each cell, from 1 on. */
const cellNames = ({ grid_shape: [rows, columns] }) =>
  Array.from({ length: rows * columns }, (_, cell) => placeOf(cell, columns).map((at) => at + 1));
