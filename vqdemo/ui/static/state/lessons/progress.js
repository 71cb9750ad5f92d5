// How far the visitor is with a lesson, as each lesson's check() tells it.

/**
 * @typedef {object} Progress
 * @property {string} says the name of the sentence about it, in ui/texts/en.py
 * @property {Record<string, number>} parts what stands in that sentence
 * @property {boolean} solved
 * @property {number | null} score of a lesson that is solved well or badly: the fewer the better
 */

/** @param {string} says @returns {Progress} */
export const notYet = (says, parts = {}) => ({ says, parts, solved: false, score: null });

/** @param {string} says @param {number | null} score @returns {Progress} */
export const done = (says, parts = {}, score = null) => ({ says, parts, solved: true, score });
