// Arrow keys in a grid of cells.

import { cellBeside } from "../../state/grid.js";

/** How many rows and columns each key goes on. @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The cell that a key leads to from another one: null beyond the border, undefined for keys that are no
 * arrows, and with Ctrl, Alt or Meta, which are the browser's own.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">} event
 * @param {number} from
 * @param {[number, number]} shape
 */
export function cellByKey({ key, ctrlKey, altKey, metaKey }, from, shape) {
  if (!(key in ARROWS) || ctrlKey || altKey || metaKey) return undefined;
  return cellBeside(from, ...ARROWS[key], shape);
}
