// Sentences with {names} in them. The sentences themselves are in ui/texts/en.py.

/**
 * A sentence with those of its {names} replaced that `parts` has.
 * @param {string} sentence
 * @param {Record<string, any>} parts
 */
export const fill = (sentence, parts) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
