// A small pad on which the workbench's drawing goes on, beside the map of the codes.

import { render, sheet } from "../../drawing/strokes.js";
import { beginStroke, clear, undo } from "../../state/edits.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { colour } from "../parts/paint.js";
import { drawByKeys } from "../parts/strokes_by_keys.js";
import { drawByPointer } from "../parts/strokes_by_pointer.js";

const DETAIL = 12; // pixels of the pad, each way, for one of the image
const PEN_WIDTH = 2.4; // pixels of the image

export function mountPad(element) {
  const board = element.querySelector(".pad");
  const canvas = board.querySelector("canvas");
  const begin = (point, upsideDown = false) => beginStroke(point, PEN_WIDTH, upsideDown);
  drawByPointer(canvas, begin);
  drawByKeys(canvas, board.querySelector(".crosshair"), begin);
  wireButtons(element, { undo, clear });
  const shown = sheet(canvas, DETAIL);
  watch(["drawing", "view", "theme"], ({ drawing, view }) => {
    if (drawing && view === "how") render(drawing, shown, colour("--ink"));
  });
  watch(["canUndo"], ({ canUndo }) => (element.querySelector("[data-do=undo]").disabled = !canUndo));
}
