// Grids of codes as plain values: cells and their places, parts of a grid, distributions over codes. Nothing
// here knows the page.

/** @import { Grid, ModelInfo } from "../networks/types.js" */

export const UNKNOWN = -1; // instead of a code

/** @param {Grid} a @param {Grid} b */
export const sameCodes = (a, b) => a.every((code, cell) => code === b[cell]);

/** The cells in which two grids differ, in reading order. @param {Grid} a @param {Grid} b */
export const differingCells = (a, b) => [...a.keys()].filter((cell) => a[cell] !== b[cell]);

/**
 * The grid that is decoded for one with unknown cells: without ink there.
 * @param {Grid} codes
 * @param {ModelInfo} modelInfo
 */
export const withoutUnknown = (codes, { background }) =>
  codes.map((code) => (code === UNKNOWN ? background : code));

/** Whether any known cell has ink. @param {Grid} codes @param {ModelInfo} modelInfo */
export const hasInk = (codes, { background }) =>
  codes.some((code) => code !== UNKNOWN && code !== background);

/**
 * What there is of each cell -> the same row by row.
 * @template Part
 * @param {Part[]} cells
 * @param {number} columns
 */
export const toRows = (cells, columns) =>
  Array.from({ length: cells.length / columns }, (_, row) => cells.slice(row * columns, (row + 1) * columns));

/** @returns {[number, number]} row and column */
export const placeOf = (cell, columns) => [Math.floor(cell / columns), cell % columns];

/** The cells of the rectangle that two cells span. @param {[number, number]} shape */
export function rectangle(a, b, shape) {
  const columns = shape[1];
  const [[row1, column1], [row2, column2]] = [placeOf(a, columns), placeOf(b, columns)];
  return cellsWhere(
    shape,
    (row, column) => (row - row1) * (row - row2) <= 0 && (column - column1) * (column - column2) <= 0,
  );
}

const PARTS = {
  top: (row, column, rows) => row < Math.floor(rows / 2),
  bottom: (row, column, rows) => row >= Math.ceil(rows / 2),
  left: (row, column, rows, columns) => column < Math.floor(columns / 2),
  right: (row, column, rows, columns) => column >= Math.ceil(columns / 2),
  centre: (row, column, rows, columns) =>
    Math.abs(row - (rows - 1) / 2) < rows / 4 && Math.abs(column - (columns - 1) / 2) < columns / 4,
  checker: (row, column) => (row + column) % 2 === 1,
  random: () => Math.random() < 0.5,
};

/**
 * The cells of a part of the grid: "top", "left", "centre", ...
 * @param {string} name
 * @param {[number, number]} shape
 */
export const cellsOfPart = (name, shape) => cellsWhere(shape, PARTS[name]);

function cellsWhere([rows, columns], test) {
  return Array.from({ length: rows * columns }, (_, cell) => cell).filter((cell) =>
    test(...placeOf(cell, columns), rows, columns),
  );
}

/**
 * The cell so many rows and columns further on, or null beyond the border.
 * @param {[number, number]} shape
 */
export function cellBeside(cell, down, right, shape) {
  const [rows, columns] = shape;
  const [row, column] = [Math.floor(cell / columns) + down, (cell % columns) + right];
  return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
}

/** The probability of each code in one cell, of those of all cells. @param {Float32Array} probabilities */
export const distributionIn = (cell, probabilities, numCodes) =>
  probabilities.subarray(cell * numCodes, (cell + 1) * numCodes);

/** Of a distribution, in nats. @param {Float32Array} distribution */
export const entropyOf = (distribution) =>
  distribution.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
