// Pointer events -> strokes of the pen.

import { SIDE } from "../../drawing/strokes.js";
import { extendStroke, takeBackStroke } from "../../state/edits.js";
import { isIdle } from "../../state/reconstruction.js";
import { setPen } from "./giving_way.js";
import { followStrokes } from "./strokes.js";

const ERASER_BUTTON = 32; // of a pen: it is turned upside down

// A browser sends pointermove once a frame. One that also sends moves as they happen spares the networks that
// wait.
const RAW_MOVE = "pointerrawupdate";

/** Draw on a canvas; `begin(point, upsideDown)` begins a stroke. */
export function drawByPointer(canvas, begin) {
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    const inImage = (part) => Math.round(part * SIDE * 100) / 100; // finer is never seen, and longer to store
    return [inImage((event.clientX - box.left) / box.width), inImage((event.clientY - box.top) / box.height)];
  };
  const hasRawMoves = `on${RAW_MOVE}` in canvas;
  let points = []; // where the pointer went since the stroke was last extended
  const extend = () => {
    if (points.length) extendStroke(points);
    points = [];
  };
  followStrokes(canvas, {
    moves: [RAW_MOVE, "pointermove"],
    begin(event) {
      points = [];
      setPen(true);
      begin(pointOf(event), event.buttons === ERASER_BUTTON);
    },
    move(event) {
      const isRaw = event.type === RAW_MOVE;
      if (isRaw || !hasRawMoves) {
        const between = event.getCoalescedEvents?.() ?? [];
        points.push(...(between.length ? between : [event]).map(pointOf));
      }
      if (!isRaw || isIdle()) extend();
    },
    end() {
      extend();
      setPen(false);
    },
    takeBack() {
      takeBackStroke();
      setPen(false);
    },
  });
}
