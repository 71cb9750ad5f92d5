// The frame over a picture, moved by pointer and keys: within it a drag moves it, at its corner it changes
// its size, and elsewhere draws a new one. Arrow keys move it, with Shift they change its size.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEY_STEPS = 40; // across the longer side of the picture
const KEY_PAUSE = 250; // ms after which the frame counts as meant
const LEAST_DRAG = 5; // pixels of the screen

/**
 * Frames are left, top, right, bottom in pixels of the picture. `show(frame)`, which returns it as it can be,
 * is called while pointer or keys move it, `set` at the end.
 * @param {HTMLElement} area that shows the picture
 * @param {HTMLElement} element of the frame
 * @param {{size: () => {width: number, height: number}, frame: () => number[], show: (frame: number[]) =>
 *   number[], set: (frame: number[]) => void}} actions
 */
export function followFrame(area, element, { size, frame, show, set }) {
  let drag = null; // {from, frameAt: (x, y) -> the frame}
  let wanted = null; // the frame that the keys have moved so far
  let timer;

  const pointOf = (event) => {
    const box = area.getBoundingClientRect();
    const { width, height } = size();
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };

  area.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    area.setPointerCapture(event.pointerId);
    const [x0, y0] = pointOf(event);
    const [left, top, right, bottom] = frame();
    const target = /** @type {Element} */ (event.target);
    const { width, height } = size();
    const isWhole = right - left === width && bottom - top === height;
    const resized = (x, y) => [left, top, x, y];
    const moved = (x, y) => [left + x - x0, top + y - y0, right + x - x0, bottom + y - y0];
    const drawn = (x, y) => [Math.min(x, x0), Math.min(y, y0), Math.max(x, x0), Math.max(y, y0)];
    const frameAt = target.localName === "i" ? resized : target === element && !isWhole ? moved : drawn;
    drag = { from: [event.clientX, event.clientY], frameAt };
  });
  area.addEventListener("pointermove", (event) => {
    if (drag) show(drag.frameAt(...pointOf(event)));
  });
  area.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { from, frameAt } = drag;
    drag = null;
    const isClick = Math.hypot(event.clientX - from[0], event.clientY - from[1]) < LEAST_DRAG;
    if (isClick) show(frame());
    else set(frameAt(...pointOf(event)));
  });
  area.addEventListener("pointercancel", () => {
    if (drag) show(frame());
    drag = null;
  });

  element.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [left, top, right, bottom] = wanted ?? frame();
    const { width, height } = size();
    const [dx, dy] = STEPS[event.key].map((step) => (step * Math.max(width, height)) / KEY_STEPS);
    wanted = show(
      event.shiftKey ? [left, top, right + dx, bottom + dy] : [left + dx, top + dy, right + dx, bottom + dy],
    );
    clearTimeout(timer);
    timer = setTimeout(() => {
      set(wanted);
      wanted = null;
    }, KEY_PAUSE);
  });
}
