// The lessons in their order. Of each: its name, under which its sentences stand in ui/texts/en.py; the drawing
// or the grid that it starts with, or none for a blank sheet; and how far the visitor is, by the state alone.

/** @import { Drawing } from "../../drawing/strokes.js" */
/** @import { Grid, ModelInfo } from "../../networks/types.js" */
/** @import { State } from "../types.js" */
/** @import { Progress } from "./progress.js" */

import * as change from "./change.js";
import * as eight from "./eight.js";
import * as erase from "./erase.js";
import * as heat from "./heat.js";
import * as hook from "./hook.js";
import * as lost from "./lost.js";
import * as predict from "./predict.js";
import * as unkept from "./unkept.js";

/**
 * @typedef {object} Lesson
 * @property {string} name
 * @property {Drawing} [drawing]
 * @property {(modelInfo: ModelInfo, tries: number) => Grid} [start]
 * @property {(state: State) => Progress} check of a lesson that was started
 * @property {boolean} [needsLoss] whether check() asks what is lost of the drawing
 * @property {boolean} [isGuessing] whether the visitor guesses a digit
 */

/** @type {Lesson[]} */
export const LESSONS = [
  { name: "lost", ...lost },
  { name: "change", ...change },
  { name: "eight", ...eight },
  { name: "erase", ...erase },
  { name: "predict", ...predict },
  { name: "heat", ...heat },
  { name: "hook", ...hook },
  { name: "unkept", ...unkept },
];
