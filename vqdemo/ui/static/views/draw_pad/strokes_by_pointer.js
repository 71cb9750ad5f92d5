// Pointer events -> strokes.

import { SIDE } from "../../drawing/strokes.js";
import { extendStroke } from "../../state/edits.js";
import { isIdle } from "../../state/reconstruction.js";

const ERASER_BUTTON = 32; // of a pen: it is turned upside down

/** Draw on a canvas; `begin(point, upsideDown)` begins a stroke. */
export function drawByPointer(canvas, begin) {
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    const inImage = (part) => Math.round(part * SIDE * 100) / 100; // finer is never seen, and longer to store
    return [inImage((event.clientX - box.left) / box.width), inImage((event.clientY - box.top) / box.height)];
  };
  let pointer = null; // the one that draws; a second finger does not disturb it

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button > 0) return;
    event.preventDefault();
    pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    begin(pointOf(event), event.buttons === ERASER_BUTTON);
  });

  // A browser sends pointermove once a frame. One that also sends moves as they happen spares the networks
  // that wait.
  const RAW_MOVE = "pointerrawupdate";
  const hasRawMoves = `on${RAW_MOVE}` in canvas;
  let points = []; // where the pointer went since the stroke was last extended
  const collect = (event) => {
    const between = event.getCoalescedEvents?.() ?? [];
    points.push(...(between.length ? between : [event]).map(pointOf));
  };
  const extend = () => {
    if (points.length) extendStroke(points);
    points = [];
  };
  canvas.addEventListener(RAW_MOVE, (event) => {
    if (event.pointerId !== pointer) return;
    collect(event);
    if (isIdle()) extend();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    if (!hasRawMoves) collect(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      extend();
      pointer = null;
    });
  }
}
