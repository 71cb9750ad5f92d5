// The work as a link: the query of an address that brings back grid, question, settings and seed. What is
// read is checked, and a fault is an Error whose message can be shown.

/** @import { Grid, ModelInfo, Settings } from "../networks/types.js" */
/** @import { State } from "./types.js" */

import { UNKNOWN } from "./grid.js";
import { sentences } from "./message.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; // base 64
const UNKNOWN_DIGIT = ".";
const SETTINGS = { label: "d", temperature: "t", top_p: "p", guidance: "w", n: "n", seed: "s" };
const [GRID, QUESTION, MODEL] = ["g", "q", "m"];
const PARAMETERS = [GRID, QUESTION, MODEL, ...Object.values(SETTINGS)];

const digitsPerCode = ({ num_codes }) => Math.ceil(Math.log(num_codes) / Math.log(DIGITS.length));

function toDigits(codes, modelInfo) {
  const digits = (code) =>
    Array.from({ length: digitsPerCode(modelInfo) }, (_, i) =>
      code === UNKNOWN ? UNKNOWN_DIGIT : DIGITS[Math.floor(code / DIGITS.length ** i) % DIGITS.length],
    ).join("");
  return codes.map(digits).join("");
}

/** The codes, or null where they are no grid of the model. */
function fromDigits(text, modelInfo) {
  const length = digitsPerCode(modelInfo);
  const cells = modelInfo.blank.codes.length;
  if (text.length !== cells * length) return null;
  const codes = Array.from({ length: cells }, (_, cell) => {
    const digits = [...text.slice(cell * length, (cell + 1) * length)];
    if (digits.every((digit) => digit === UNKNOWN_DIGIT)) return UNKNOWN;
    if (!digits.every((digit) => DIGITS.includes(digit))) return NaN;
    return digits.reduce((sum, digit, i) => sum + DIGITS.indexOf(digit) * DIGITS.length ** i, 0);
  });
  return codes.every((code) => code >= UNKNOWN && code < modelInfo.num_codes) ? codes : null;
}

/**
 * The link to the work at the page's address.
 * @param {State} state
 * @param {string} address
 */
export function linkTo({ modelInfo, codes, alternatives, settings }, address) {
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
  return link.href;
}

/**
 * What a link asks for, or null if the address is none. `otherModel`: it was made with other weights.
 * @param {string} address
 * @param {ModelInfo} modelInfo
 * @returns {{codes: Grid, question: Grid | null, settings: Partial<Settings>, otherModel: boolean} | null}
 */
export function readLink(address, modelInfo) {
  const query = new URL(address).searchParams;
  if (!query.has(GRID)) return null;
  const codes = fromDigits(query.get(GRID), modelInfo);
  const question = query.has(QUESTION) ? fromDigits(query.get(QUESTION), modelInfo) : null;
  const settings = { label: null };
  for (const [name, letter] of Object.entries(SETTINGS)) {
    if (query.has(letter)) settings[name] = Number(query.get(letter));
  }
  const good =
    codes &&
    (question || !query.has(QUESTION)) &&
    Object.values(settings).every((value) => value === null || (Number.isFinite(value) && value >= 0));
  const otherModel = query.get(MODEL) !== modelInfo.id;
  if (!good) throw new Error(query.has(MODEL) && otherModel ? sentences.link_of_others : sentences.bad_link);
  return { codes, question, settings, otherModel };
}

/** The address without a link in it. @param {string} address */
export function withoutLink(address) {
  const plain = new URL(address);
  for (const name of PARAMETERS) plain.searchParams.delete(name);
  return plain.href;
}
