// The work as files: codes as JSON or plain text, and what a visitor opens, a file of codes or a picture.
// What is read is checked, and a fault is an Error whose message can be shown.

/** @import { Grid, Settings } from "../networks/types.js" */
/** @import { State } from "./types.js" */

import { openPicture } from "./framing.js";
import { toRows, UNKNOWN } from "./grid.js";
import { stepsTaken } from "./history.js";
import { nearestAllowed } from "./limits.js";
import { say, sayError, sentences } from "./message.js";
import { openCodes } from "./opening.js";
import { fill } from "./sentence.js";
import { state, update } from "./store.js";

/** Grid and settings as the text of a JSON file. @param {State} state */
export function toJSON({ modelInfo, codes, settings }) {
  const rows = toRows(codes, modelInfo.grid_shape[1]).map((row) => `    ${JSON.stringify(row)}`);
  const others = { settings, model: modelInfo.id };
  return `{\n  "codes": [\n${rows.join(",\n")}\n  ],\n${JSON.stringify(others, null, 2).slice(2)}\n`;
}

/** The grid as plain text, a line a row. @param {State} state */
export function toText({ modelInfo, codes }) {
  const width = String(modelInfo.num_codes - 1).length;
  const word = (code) => String(code === UNKNOWN ? "?" : code).padStart(width);
  return toRows(codes, modelInfo.grid_shape[1])
    .map((row) => `${row.map(word).join(" ")}\n`)
    .join("");
}

/**
 * The text of a JSON file -> grid and settings; what it does not set stays as it is in the state.
 * `otherModel`: it was saved with other weights.
 * @param {string} content
 * @param {State} state
 * @returns {{codes: Grid, settings: Settings, otherModel: boolean}}
 */
export function fromJSON(content, { modelInfo, settings }) {
  let file;
  try {
    file = JSON.parse(content);
  } catch {
    throw new Error(sentences.no_json);
  }
  const [rows, columns] = modelInfo.grid_shape;
  const codes = file?.codes;
  const good =
    Array.isArray(codes) &&
    codes.length === rows &&
    codes.every((row) => Array.isArray(row) && row.length === columns) &&
    codes.flat().every((code) => Number.isInteger(code) && code >= UNKNOWN && code < modelInfo.num_codes);
  const otherModel = (file?.model ?? modelInfo.id) !== modelInfo.id;
  if (!good) {
    throw new Error(otherModel && Array.isArray(codes) ? sentences.file_of_others : sentences.no_grid);
  }
  const given = file.settings ?? {};
  for (const name of Object.keys(settings)) {
    const value = given[name] ?? null;
    if (value !== null && !(Number.isFinite(value) && value >= 0)) {
      throw new Error(fill(sentences.bad_setting, { setting: name }));
    }
  }
  const names = /** @type {(keyof Settings)[]} */ (Object.keys(settings));
  const read = names.map((name) => {
    const value = given[name] ?? null;
    return [name, value === null ? settings[name] : nearestAllowed(name, value, modelInfo)];
  });
  return { codes: codes.flat(), settings: /** @type {Settings} */ (Object.fromEntries(read)), otherModel };
}

/** A file that was dropped on the page: codes, or a picture. @param {File} file */
export function openFile(file) {
  if (!state.modelInfo) return; // the page is not there yet
  if (/json/i.test(file.type) || /[.]json$/i.test(file.name)) openJSON(file);
  else openPicture(file);
}

/** Go on from a file of codes; says whether it was opened. @param {File} file */
export async function openJSON(file) {
  if (!state.modelInfo) return false; // the page is not there yet
  const since = stepsTaken();
  try {
    if (file.size > state.modelInfo.max_import_bytes) throw new Error(sentences.no_json);
    const { codes, settings, otherModel } = fromJSON(await file.text(), state);
    if (!(await openCodes(codes, { since }))) return false;
    const { lesson } = state;
    update({ settings, lesson: lesson && { ...lesson, before: null } }); // they stay when the lesson is left
    if (otherModel) say(sentences.file_of_others_opened, "note", { name: file.name });
    return true;
  } catch (error) {
    sayError(error, { name: file.name });
    return false;
  }
}
