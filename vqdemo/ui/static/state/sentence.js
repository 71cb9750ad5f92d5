// Sentences with {names} in them. The sentences themselves are in ui/texts, a file for each language.

import { numberFormat } from "./language.js";

const plain = numberFormat({ useGrouping: false, maximumFractionDigits: 6 });
const written = (part) => (typeof part === "number" ? plain.format(part) : part);

/**
 * A sentence with those of its {names} replaced that `parts` has; numbers are written as its language does.
 * @param {string} sentence
 * @param {Record<string, any>} parts
 */
export const fill = (sentence, parts) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => written(parts[name]) ?? whole);
