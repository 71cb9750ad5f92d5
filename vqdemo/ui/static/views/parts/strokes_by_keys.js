// Keys -> strokes: arrows move a crosshair, Space or Enter sets the pen down and lifts it.

import { SIDE } from "../../drawing/strokes.js";
import { extendStroke } from "../../state/edits.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LONG_STEP = 4; // pixels of the image, with Shift

/** Draw on a canvas; `begin(point)` begins a stroke. */
export function drawByKeys(canvas, crosshair, begin) {
  let point = [SIDE / 2, SIDE / 4];
  let isDown = false;

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      const length = event.shiftKey ? LONG_STEP : 1;
      point = point.map((at, i) => Math.min(Math.max(at + length * STEPS[event.key][i], 0), SIDE));
      if (isDown) extendStroke([point]);
    } else if (event.key === " " || event.key === "Enter") {
      isDown = !isDown;
      if (isDown) begin(point);
    } else if (event.key === "Escape") isDown = false;
    else return;
    event.preventDefault();
    show();
  });
  function show() {
    crosshair.hidden = !canvas.matches(":focus-visible");
    crosshair.classList.toggle("down", isDown);
    [crosshair.style.left, crosshair.style.top] = point.map((at) => `${(100 * at) / SIDE}%`);
  }
  canvas.addEventListener("focus", show);
  canvas.addEventListener("blur", () => {
    isDown = false;
    show();
  });
}
