// The draw pad: pointer events become strokes in 28x28 coordinates; the pad shows the drawing as smooth ink.

import * as bench from "../../state/edits.js";
import { fillShelf } from "../parts/example_buttons.js";
import { colour, isEmpty, render, sheet, SIDE } from "../../drawing/strokes.js";
import { addPatches } from "../parts/cell_overlay.js";
import { showPicture } from "../reconstruction/reconstruction.js";
import { watch } from "../../state/store.js";

const DETAIL = 16; // pixels of the pad, each way, for one of the image
const RUBBER = 1.6; // how much wider the eraser is than the pen

export function mount(element, props) {
  bench.start(props.text.status);
  const board = element.querySelector("#draw-pad");
  const canvas = board.querySelector("canvas");
  const width = element.querySelector("input[type=range]");
  const file = element.querySelector("input[type=file]");
  let tool = "pen";

  // ---- strokes ----
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (part) => Math.round(part * SIDE * 100) / 100; // finer is never seen, and longer to store
    return [at((event.clientX - box.left) / box.width), at((event.clientY - box.top) / box.height)];
  };
  let stroking = null; // the pointer that draws; a second finger does not disturb it

  canvas.addEventListener("pointerdown", (event) => {
    if (stroking !== null || event.button > 0) return;
    event.preventDefault();
    stroking = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    begin(place(event), tool === "eraser" || event.buttons === 32); // 32: a pen turned upside down
  });
  const begin = (point, erase) => bench.beginStroke(point, Number(width.value) * (erase ? RUBBER : 1), erase);

  // A browser sends pointermove once a frame. One that also tells of moves as they happen spares the networks that wait.
  const AT_ONCE = "pointerrawupdate";
  const told = `on${AT_ONCE}` in canvas;
  let moved = []; // where the pointer went since the stroke was last drawn
  const note = (event) => {
    const between = event.getCoalescedEvents?.() ?? [];
    moved.push(...(between.length ? between : [event]).map(place));
  };
  const extend = () => {
    if (moved.length) bench.extendStroke(moved);
    moved = [];
  };
  canvas.addEventListener(AT_ONCE, (event) => {
    if (event.pointerId !== stroking) return;
    note(event);
    if (bench.idle()) extend();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== stroking) return;
    if (!told) note(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== stroking) return;
      extend();
      stroking = null;
    });
  }

  // ---- keys: arrows move a crosshair, Space or Enter sets the pen down and lifts it ----
  const crosshair = board.querySelector(".crosshair");
  let spot = [SIDE / 2, SIDE / 4];
  let down = false;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      const far = event.shiftKey ? 4 : 1;
      spot = spot.map((at, i) => Math.min(Math.max(at + far * STEPS[event.key][i], 0), SIDE));
      if (down) bench.extendStroke([spot]);
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      if (down) begin(spot, tool === "eraser");
    } else if (event.key === "Escape") down = false;
    else return;
    event.preventDefault();
    aim();
  });
  function aim() {
    crosshair.hidden = !canvas.matches(":focus-visible");
    crosshair.classList.toggle("down", down);
    [crosshair.style.left, crosshair.style.top] = spot.map((at) => `${(100 * at) / SIDE}%`);
  }
  canvas.addEventListener("focus", aim);
  canvas.addEventListener("blur", () => {
    down = false;
    aim();
  });

  // ---- tools ----
  for (const button of element.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => {
      tool = button.dataset.tool;
      for (const one of element.querySelectorAll("[data-tool]")) one.ariaPressed = String(one === button);
    });
  }
  width.addEventListener("input", () => width.parentElement.style.setProperty("--width", width.value));
  const deeds = { undo: bench.undo, redo: bench.redo, clear: bench.clear, centre: bench.centre };
  deeds.upload = () => file.click();
  for (const button of element.querySelectorAll("[data-do]")) {
    button.addEventListener("click", deeds[button.dataset.do]);
  }

  // ---- a picture, chosen or dropped ----
  file.addEventListener("change", () => {
    if (file.files.length) bench.loadFile(file.files[0]);
    file.value = ""; // so that the same file can be chosen again
  });
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) bench.loadFile(event.dataTransfer.files[0]);
  });

  // ---- what is shown ----
  const shown = sheet(canvas, DETAIL);
  watch(["drawing", "theme"], ({ drawing }) => {
    if (!drawing) return;
    render(drawing, shown, colour("--ink"));
    board.querySelector(".hint").hidden = !drawing.invitation && !isEmpty(drawing);
  });
  watch(["canUndo", "canRedo"], ({ canUndo, canRedo }) => {
    element.querySelector("[data-do=undo]").disabled = !canUndo;
    element.querySelector("[data-do=redo]").disabled = !canRedo;
  });
  addPatches(board, { showUnknown: false });
  showPicture(element.querySelector(".mini"));

  const shelf = element.querySelector(".examples");
  watch(["about", "theme"], ({ about }) => {
    if (about) fillShelf(shelf, about, props.text.example, (example) => bench.loadImage(example.drawing));
  });
}
