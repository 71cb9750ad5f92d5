// The work as a link: the query of an address that brings back grid, question, settings and seed, and what
// the pen drew where that is short enough. What is read is checked: what is good of it is used, and what is
// not is told in sentences.

/** @import { Grid, ModelInfo, Settings } from "../networks/types.js" */
/** @import { Drawing } from "../drawing/strokes.js" */
/** @import { State } from "./types.js" */

import { UNKNOWN } from "./grid.js";
import { nearestAllowed } from "./limits.js";
import { sentences } from "./message.js";
import { fill } from "./sentence.js";
import * as strokeText from "./stroke_text.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; // base 64
const UNKNOWN_DIGIT = ".";
const SETTINGS = { label: "d", temperature: "t", top_p: "p", guidance: "w", n: "n", seed: "s" };
const [GRID, QUESTION, MODEL, STROKES] = ["g", "q", "m", "k"];
const PARAMETERS = [GRID, QUESTION, MODEL, STROKES, ...Object.values(SETTINGS)];
const MAX_LENGTH = 2000; // letters of a link that can be sent anywhere

const NUMBER = /^-?\d*\.?\d+(e[+-]?\d+)?/i; // before whatever follows it

const queryOf = (address) => new URLSearchParams(new URL(address).search.replace(/&amp(;|%3B)/gi, "&"));

const digitsPerCode = ({ num_codes }) => Math.ceil(Math.log(num_codes) / Math.log(DIGITS.length));

function toDigits(codes, modelInfo) {
  const digits = (code) =>
    Array.from({ length: digitsPerCode(modelInfo) }, (_, i) =>
      code === UNKNOWN ? UNKNOWN_DIGIT : DIGITS[Math.floor(code / DIGITS.length ** i) % DIGITS.length],
    ).join("");
  return codes.map(digits).join("");
}

/** The codes, or null where they are no grid of the model. Signs of another sentence may stand behind them. */
function fromDigits(text, modelInfo) {
  const length = digitsPerCode(modelInfo);
  const cells = modelInfo.blank.codes.length;
  if (text.length < cells * length || /[\w.-]/.test(text.slice(cells * length))) return null;
  const codes = Array.from({ length: cells }, (_, cell) => {
    const digits = [...text.slice(cell * length, (cell + 1) * length)];
    if (digits.every((digit) => digit === UNKNOWN_DIGIT)) return UNKNOWN;
    if (!digits.every((digit) => DIGITS.includes(digit))) return NaN;
    return digits.reduce((sum, digit, i) => sum + DIGITS.indexOf(digit) * DIGITS.length ** i, 0);
  });
  return codes.every((code) => code >= UNKNOWN && code < modelInfo.num_codes) ? codes : null;
}

const basesOf = ({ examples = [] }) => examples.map(({ drawing }) => drawing);

/**
 * The link to the work at the page's address.
 * @param {State} state
 * @param {string} address
 * @returns {{href: string, hasStrokes: boolean}} hasStrokes: whether all that the pen drew is in it
 */
export function linkTo({ modelInfo, codes, drawing, alternatives, settings }, address) {
  const asked = alternatives?.settings ?? settings;
  const link = new URL(address);
  const query = new URLSearchParams({ [GRID]: toDigits(codes, modelInfo) });
  if (alternatives) query.set(QUESTION, toDigits(alternatives.question, modelInfo));
  for (const [name, letter] of Object.entries(SETTINGS)) {
    if (asked[name] !== null) query.set(letter, String(asked[name]));
  }
  query.set(MODEL, modelInfo.id);
  link.search = String(query);
  link.hash = "";
  if (!drawing.strokes.length) return { href: link.href, hasStrokes: true };
  const room = MAX_LENGTH - link.href.length - `&${STROKES}=`.length;
  const strokes = strokeText.toText(drawing, basesOf(modelInfo), room);
  if (strokes !== null) link.search = `${query}&${STROKES}=${strokes}`;
  return { href: link.href, hasStrokes: strokes !== null };
}

/**
 * @typedef {object} Link
 * @property {Grid | null} codes null where they are damaged
 * @property {Grid | null} question
 * @property {Drawing | null} drawing what the pen drew
 * @property {Partial<Settings>} settings
 * @property {boolean} otherModel whether it was made with other weights
 * @property {string[]} faults sentences about what of the link cannot be followed
 */

/**
 * What a link asks for, or null if the address is none. It may have been through a mail or a chat: "&amp;"
 * and what stands behind it do no harm.
 * @param {string} address
 * @param {ModelInfo} modelInfo
 * @returns {Link | null}
 */
export function readLink(address, modelInfo) {
  const query = queryOf(address);
  if (!query.has(GRID)) return null;
  const faults = [];
  const grid = (name, fault) => {
    const codes = query.has(name) ? fromDigits(query.get(name), modelInfo) : null;
    const parts = { cells: modelInfo.blank.codes.length, last: modelInfo.num_codes - 1 };
    if (!codes && query.has(name)) faults.push(fill(fault, parts));
    return codes;
  };
  const codes = grid(GRID, sentences.bad_link);
  const question = codes && grid(QUESTION, sentences.bad_link_question);
  const drawing = query.has(STROKES) ? strokeText.fromText(query.get(STROKES), basesOf(modelInfo)) : null;
  if (query.has(STROKES) && !drawing) faults.push(sentences.bad_link_strokes);
  const settings = { label: null };
  for (const [name, letter] of Object.entries(SETTINGS)) {
    if (!query.has(letter)) continue;
    const given = query.get(letter);
    const value = Number(given.match(NUMBER)?.[0] ?? NaN);
    if (Number.isNaN(value)) {
      faults.push(fill(sentences.bad_link_setting, { setting: name, value: given }));
      continue;
    }
    settings[name] = nearestAllowed(/** @type {keyof Settings} */ (name), value, modelInfo);
    if (settings[name] !== value)
      faults.push(fill(sentences.link_setting_changed, { setting: name, value, used: settings[name] }));
  }
  const model = query.get(MODEL)?.match(/^[0-9a-z]*/i)[0] ?? modelInfo.id;
  const otherModel = model !== modelInfo.id;
  if (!codes && otherModel) faults.splice(0, faults.length, sentences.link_of_others);
  return { codes, question, drawing, settings, otherModel, faults };
}

/** The address without a link in it. @param {string} address */
export function withoutLink(address) {
  const plain = new URL(address);
  const query = queryOf(address);
  if (!PARAMETERS.some((name) => query.has(name))) return plain.href;
  for (const name of PARAMETERS) query.delete(name);
  plain.search = String(query);
  return plain.href;
}
