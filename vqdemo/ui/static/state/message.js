// The status line's message, and the sentences that the functions of this folder say there (from
// ui/texts/en.py).

import { Fault } from "../networks/download.js";
import { fill } from "./sentence.js";
import { update } from "./store.js";

/** @type {Record<string, string>} */
export let sentences = {};

/** @param {Record<string, string>} texts */
export const setSentences = (texts) => (sentences = texts);

/** Show a sentence, with its {names} replaced by `parts`. @param {"note" | "error"} kind */
export function say(sentence, kind = "note", parts = {}) {
  update({ message: { text: fill(sentence, parts), kind } });
}

/**
 * Show what went wrong. Nothing went wrong where an answer was no longer wanted, and what a network lacks is
 * shown as long as it does (see networks.js).
 * @param {Error} error
 */
export function sayError(error, parts = {}) {
  if (error.name !== "AbortError" && !(error instanceof Fault)) say(error.message, "error", parts);
}

/** Tell those who listen to the page, and show nothing. */
export const announce = (sentence, parts = {}) => update({ announcement: { text: fill(sentence, parts) } });

export const hush = () => update({ message: null });
