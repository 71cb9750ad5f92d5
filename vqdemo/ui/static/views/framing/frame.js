// The frame over a picture, moved by pointer and keys: within it a drag moves it, at its corner it changes its
// size, and elsewhere draws a new one. Arrow keys move it, with Shift they change its size.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEY_STEPS = 40; // across the longer side of the picture

/**
 * Frames are left, top, right, bottom in pixels of the picture. `show(frame)` while the pointer moves, `set` at
 * the end.
 * @param {HTMLElement} area that shows the picture
 * @param {HTMLElement} element of the frame
 * @param {{size: () => {width: number, height: number}, frame: () => number[],
 *   show: (frame: number[]) => void, set: (frame: number[]) => void}} actions
 */
export function followFrame(area, element, { size, frame, show, set }) {
  let drag = null; // (x, y) -> the frame

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
    if (target.localName === "i") drag = (x, y) => [left, top, x, y];
    else if (target === element && !isWhole)
      drag = (x, y) => [left + x - x0, top + y - y0, right + x - x0, bottom + y - y0];
    else drag = (x, y) => [Math.min(x, x0), Math.min(y, y0), Math.max(x, x0), Math.max(y, y0)];
  });
  area.addEventListener("pointermove", (event) => {
    if (drag) show(drag(...pointOf(event)));
  });
  area.addEventListener("pointerup", (event) => {
    if (drag) set(drag(...pointOf(event)));
    drag = null;
  });
  area.addEventListener("pointercancel", () => {
    if (drag) show(frame());
    drag = null;
  });

  element.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [left, top, right, bottom] = frame();
    const { width, height } = size();
    const [dx, dy] = STEPS[event.key].map((step) => (step * Math.max(width, height)) / KEY_STEPS);
    if (event.shiftKey) set([left, top, right + dx, bottom + dy]);
    else set([left + dx, top + dy, right + dx, bottom + dy]);
  });
}
