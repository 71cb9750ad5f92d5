// How the work is kept: in the browser's storage over a reload (with its history), in a link, and in files. Nothing here
// asks the model or changes the grid; what is read is checked first, and a fault is an Error whose message can be shown.

import { history, state, UNKNOWN, watch } from "./store.js";
import { fill } from "../views/parts/numbers.js";

const PLACE = "vqdemo"; // its name in the storage of this tab
const REST = 400; // ms without a change after which the work is stored
const MOST = 3e6; // letters; storages hold about five million, and the oldest steps go first
const KEPT = ["settings", "recent", "surprise", "speed", "view", "sampling", "graft"]; // besides the history

// ---- values as text ----

/** Plain values -> text, in which parts that are one and the same object stay so: that is how steps of history share
 * drawings and pictures. Arrays within arrays (the points of a stroke) are written out, all other objects once. */
export function pack(root) {
  const places = new Map();
  const pool = [];
  const inner = (value) => (Array.isArray(value) ? value : visit(value));
  const visit = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (!places.has(value)) {
      places.set(value, places.size);
      const place = pool.push(null) - 1;
      if (value instanceof Uint8Array) pool[place] = btoa(String.fromCharCode(...value));
      else if (Array.isArray(value)) pool[place] = value.map(inner);
      else pool[place] = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part)]));
    }
    return { at: places.get(value) };
  };
  visit(root);
  return JSON.stringify(pool);
}

/** The inverse. */
export function unpack(text) {
  const pool = JSON.parse(text);
  const made = [];
  const revive = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? make(value.at) : value);
  const make = (place) => {
    if (!(place in made)) {
      const value = pool[place];
      if (typeof value === "string") made[place] = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
      else if (Array.isArray(value)) made[place] = value.map(revive);
      else made[place] = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
    }
    return made[place];
  };
  return make(0);
}

// ---- over a reload ----

function store() {
  if (!state.about) return;
  const work = history();
  const rest = Object.fromEntries(KEPT.map((key) => [key, state[key]]));
  for (;;) {
    const text = pack({ id: state.about.id, ...work, ...rest });
    if (text.length < MOST || !work.past.length) return write(text);
    work.past = work.past.slice(Math.ceil(work.past.length / 2));
  }
}

function write(text) {
  try {
    sessionStorage.setItem(PLACE, text);
  } catch {
    // a browser that stores nothing still works; only a reload then begins anew
  }
}

let timer;
watch(["codes", "drawing", "image", "alternatives", "canUndo", "canRedo", ...KEPT], () => {
  clearTimeout(timer);
  timer = setTimeout(store, REST);
});
addEventListener("pagehide", store);

/** What an earlier visit in this tab left: {past, future, now, settings, ...}, or null if there is nothing that fits. */
export function recall(about) {
  try {
    const kept = unpack(sessionStorage.getItem(PLACE));
    return kept.id === about.id && kept.now.codes ? kept : null;
  } catch {
    return null;
  }
}

// ---- a link ----

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NOBODY = "."; // an unknown cell
const NAMES = { label: "d", temperature: "t", top_p: "p", guidance: "w", n: "n", seed: "s" };

const width = (about) => Math.ceil(Math.log(about.num_codes) / Math.log(LETTERS.length)); // letters a code

function codesAsLetters(codes, about) {
  const letters = (code) =>
    Array.from({ length: width(about) }, (_, i) =>
      code === UNKNOWN ? NOBODY : LETTERS[Math.floor(code / LETTERS.length ** i) % LETTERS.length],
    ).join("");
  return codes.map(letters).join("");
}

function lettersAsCodes(letters, about) {
  const size = width(about);
  return about.blank.codes.map((_, cell) => {
    const word = [...letters.slice(cell * size, (cell + 1) * size)];
    if (word.every((letter) => letter === NOBODY)) return UNKNOWN;
    if (!word.every((letter) => LETTERS.includes(letter))) return NaN;
    return word.reduce((sum, letter, i) => sum + LETTERS.indexOf(letter) * LETTERS.length ** i, 0);
  });
}

/** The address that brings back grid, question, settings and seed. */
export function link() {
  const { about, codes, alternatives } = state;
  const settings = alternatives?.settings ?? state.settings;
  const address = new URL(location.href);
  const query = new URLSearchParams({ g: codesAsLetters(codes, about) });
  if (alternatives) query.set("q", codesAsLetters(alternatives.question, about));
  for (const [name, letter] of Object.entries(NAMES)) {
    if (settings[name] !== null) query.set(letter, String(settings[name]));
  }
  query.set("m", about.id);
  address.search = query;
  address.hash = "";
  return address.href;
}

/** What the page's own address asks for: {codes, question, settings, foreign} or null. */
export function linked(about, text) {
  const query = new URLSearchParams(location.search);
  if (!query.has("g")) return null;
  const grids = ["g", "q"].map((name) => query.has(name) && lettersAsCodes(query.get(name), about));
  const settings = {};
  for (const [name, letter] of Object.entries(NAMES)) {
    if (query.has(letter)) settings[name] = Number(query.get(letter));
    else if (name === "label") settings.label = null;
  }
  const size = about.blank.codes.length * width(about);
  const good =
    ["g", "q"].every((name) => !query.has(name) || query.get(name).length === size) &&
    grids.every((codes) => !codes || codes.every((code) => code >= UNKNOWN && code < about.num_codes)) &&
    Object.values(settings).every((value) => value === null || (Number.isFinite(value) && value >= 0));
  if (!good) throw new Error(text.bad_link);
  return { codes: grids[0], question: grids[1] || null, settings, foreign: query.get("m") !== about.id };
}

/** Take the link out of the address, so that a reload comes back to the work and not to the link. */
export function forgetLink() {
  const address = new URL(location.href);
  for (const name of ["g", "q", "m", ...Object.values(NAMES)]) address.searchParams.delete(name);
  window.history.replaceState(null, "", address);
}

// ---- files ----

const rowsOf = (codes, columns) => Array.from({ length: codes.length / columns }, (_, r) => codes.slice(r * columns, (r + 1) * columns));

/** The work as the text of a JSON file. */
export function asJSON() {
  const { about, codes, settings } = state;
  const rows = rowsOf(codes, about.grid_shape[1]).map((row) => `    ${JSON.stringify(row)}`);
  const rest = { settings, model: about.id };
  return `{\n  "codes": [\n${rows.join(",\n")}\n  ],\n${JSON.stringify(rest, null, 2).slice(2)}\n`;
}

/** The grid as plain text, a line a row. */
export function asText() {
  const size = String(state.about.num_codes - 1).length;
  const word = (code) => String(code === UNKNOWN ? "?" : code).padStart(size);
  return rowsOf(state.codes, state.about.grid_shape[1])
    .map((row) => `${row.map(word).join(" ")}\n`)
    .join("");
}

/** The text of a JSON file -> {codes, settings}. */
export function fromJSON(content, text) {
  let file;
  try {
    file = JSON.parse(content);
  } catch {
    throw new Error(text.no_json);
  }
  const { about, settings } = state;
  const [rows, columns] = about.grid_shape;
  const codes = file?.codes;
  const good =
    Array.isArray(codes) &&
    codes.length === rows &&
    codes.every((row) => Array.isArray(row) && row.length === columns) &&
    codes.flat().every((code) => Number.isInteger(code) && code >= UNKNOWN && code < about.num_codes);
  if (!good) throw new Error(text.no_grid);
  const given = file.settings ?? {};
  for (const name of Object.keys(settings)) {
    const value = given[name] ?? null;
    if (value !== null && !(Number.isFinite(value) && value >= 0)) throw new Error(fill(text.bad_setting, { setting: name }));
  }
  return { codes: codes.flat(), settings: Object.fromEntries(Object.keys(settings).map((name) => [name, given[name] ?? settings[name]])) };
}
