// Pointer events -> strokes, of a pen on the pad and of a selection on the grid: one pointer at a time, from
// where it goes down to where its button is up. A pen wins over the hand that lies on the screen, and two
// fingers zoom or scroll (touch-action: pinch-zoom) but make no stroke.

const PALM_TIME = 700; // ms since a pen was there, in which whatever else touches is the hand that holds it
const MAIN_BUTTONS = [0, 5]; // 5: a pen that is turned upside down

/**
 * Call `begin(event)` where a stroke begins (false: here begins none), `move(event)` where it goes on, and at
 * last either `end()` or, if it should not have been one, `takeBack()`. `moves` are the kinds of its events.
 * @param {HTMLElement} element
 * @param {{ begin: (event: PointerEvent) => boolean | void, move: (event: PointerEvent) => void, end?: () =>
 *   void, takeBack: () => void, moves?: string[], }} actions
 */
export function followStrokes(element, { begin, move, end = () => {}, takeBack, moves = ["pointermove"] }) {
  let stroke = null; // the pointer that makes one
  let fingers = new Set();
  let penTime = -Infinity; // when a pen was last there

  function finish(how) {
    if (!stroke) return;
    stroke = null;
    how();
  }

  element.addEventListener("pointerdown", (event) => {
    const { pointerId, pointerType, isPrimary, timeStamp } = event;
    if (!MAIN_BUTTONS.includes(event.button)) return;
    if (pointerType === "touch") {
      if (isPrimary) fingers = new Set();
      fingers.add(pointerId);
      if (fingers.size > 1 && stroke?.pointerType === "touch") finish(takeBack);
      if (fingers.size > 1 || stroke || timeStamp - penTime < PALM_TIME) return;
    }
    finish(stroke?.pointerType === "touch" ? takeBack : end);
    if (begin(event) === false) return;
    event.preventDefault();
    stroke = { pointerId, pointerType };
    element.setPointerCapture(pointerId);
  });

  const on = (kinds, listener) => {
    for (const kind of kinds) {
      element.addEventListener(kind, (/** @type {PointerEvent} */ event) => {
        if (event.pointerType === "pen") penTime = event.timeStamp;
        if (event.pointerId === stroke?.pointerId) listener(event);
      });
    }
  };
  on(moves, (event) => {
    if (event.buttons) move(event);
    else finish(end); // the button came up where the page does not hear of it, as outside of a frame
  });
  on(["pointercancel"], () => finish(stroke.pointerType === "touch" ? takeBack : end));
  on(["pointerup", "lostpointercapture"], () => finish(end));
  for (const kind of ["pointerup", "pointercancel"]) {
    element.addEventListener(kind, (/** @type {PointerEvent} */ event) => fingers.delete(event.pointerId));
  }
}
