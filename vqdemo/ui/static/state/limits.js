// What the settings of completions may be; vqdemo/ui/endpoints/limits.py allows programs the same.

/** @import { ModelInfo, Settings } from "../networks/types.js" */

const MAX_SEED = 2 ** 31 - 1;

/** The least and the most of each setting. @param {ModelInfo} modelInfo */
const ranges = ({ labels, max_alternatives }) => ({
  label: [0, labels.length - 1],
  n: [1, max_alternatives],
  temperature: [0.001, 5],
  top_p: [0.01, 1],
  guidance: [0, 5],
  seed: [0, MAX_SEED],
});
const WHOLE = ["label", "n", "seed"];

/**
 * The nearest value that a setting may have.
 * @param {keyof Settings} name
 * @param {number} value
 * @param {ModelInfo} modelInfo
 */
export function nearestAllowed(name, value, modelInfo) {
  const [least, most] = ranges(modelInfo)[name];
  const inside = Math.min(Math.max(value, least), most);
  return WHOLE.includes(name) ? Math.round(inside) : inside;
}
