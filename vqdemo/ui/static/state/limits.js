// What the settings of completions may be on the page. The limits of programs are in
// vqdemo/ui/endpoints/limits.py.

/** @import { ModelInfo, Settings } from "../networks/types.js" */

const MAX_SEED = 2 ** 31 - 1;

/** A seed at random: one of few digits, which can be told on. */
export const randomSeed = () => Math.floor(Math.random() * 1e6);

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
