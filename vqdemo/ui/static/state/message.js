// The status line's message, and the sentences that the functions of this folder say there (from ui/text.py).

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

export const hush = () => update({ message: null });
