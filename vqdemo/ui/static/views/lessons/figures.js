// The figures in the sentences of lessons, as they are shown.

import { decimal, share } from "../parts/numbers.js";

const FORMATS = {
  share,
  level: (value) => (value < 1 ? share(value) : String(value)),
  bits: (value) => decimal(value, 1),
  temperature: (value) => decimal(value, 2),
};

/** @param {Record<string, number>} parts what stands in a sentence, by name */
export const asShown = (parts) =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, (FORMATS[name] ?? String)(value)]));
