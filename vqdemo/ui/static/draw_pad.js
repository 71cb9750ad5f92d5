// The draw pad: pointer events become strokes in 28x28 coordinates; the pad shows the drawing as smooth ink.

import * as bench from "./bench.js";
import { isEmpty, paint, render, SIDE } from "./ink.js";
import { addPatches } from "./patches.js";
import { watch } from "./state.js";

const RUBBER = 1.6; // how much wider the eraser is than the pen

export function mount(element, props, server) {
  bench.start(server, props.text.status);
  const board = element.querySelector("#draw-pad");
  const canvas = board.querySelector("canvas");
  const width = element.querySelector("input[type=range]");
  const file = element.querySelector("input[type=file]");
  let tool = "pen";

  // ---- strokes ----
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  };
  let stroking = null; // the pointer that draws; a second finger does not disturb it

  canvas.addEventListener("pointerdown", (event) => {
    if (stroking !== null || event.button > 0) return;
    event.preventDefault();
    stroking = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    const erase = tool === "eraser" || event.buttons === 32; // 32: a pen turned upside down
    bench.beginStroke(place(event), Number(width.value) * (erase ? RUBBER : 1), erase);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== stroking) return;
    const between = event.getCoalescedEvents?.() ?? [];
    bench.extendStroke((between.length ? between : [event]).map(place));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId === stroking) stroking = null;
    });
  }

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
  const surface = canvas.getContext("2d");
  watch(["drawing", "theme"], ({ drawing }) => {
    if (!drawing) return;
    const sheet = render(drawing);
    if (canvas.width !== sheet.width) canvas.width = canvas.height = sheet.width;
    surface.globalCompositeOperation = "copy";
    surface.drawImage(sheet, 0, 0);
    surface.globalCompositeOperation = "source-in";
    surface.fillStyle = getComputedStyle(canvas).getPropertyValue("--ink");
    surface.fillRect(0, 0, canvas.width, canvas.height);
    board.querySelector(".hint").hidden = !drawing.invitation && !isEmpty(drawing);
  });
  watch(["canUndo", "canRedo"], ({ canUndo, canRedo }) => {
    element.querySelector("[data-do=undo]").disabled = !canUndo;
    element.querySelector("[data-do=redo]").disabled = !canRedo;
  });
  addPatches(board, { showUnknown: false });
  const mini = element.querySelector(".mini");
  watch(["image", "theme"], ({ image }) => image && paint(mini.firstElementChild, image));
  addPatches(mini, { showUnknown: true });

  const shelf = element.querySelector(".examples");
  watch(["about", "theme"], ({ about }) => {
    if (!about) return;
    shelf.replaceChildren(
      ...about.examples.map((example) => {
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.title = button.ariaLabel = props.text.example.replace("{digit}", example.label);
        button.append(document.createElement("canvas"));
        button.addEventListener("click", () => bench.loadImage(example.drawing));
        return button;
      }),
    );
    about.examples.forEach((example, i) => paint(shelf.children[i].firstChild, example.drawing));
  });
}
