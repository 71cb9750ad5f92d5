// The draw pad: it shows the drawing as smooth ink, draws strokes on it (parts/strokes_by_pointer.js,
// parts/strokes_by_keys.js), and starts from a picture or an example.

import { isEmpty, render, sheet } from "../../drawing/strokes.js";
import { beginStroke, centre, clear, drawImage } from "../../state/edits.js";
import { openPicture } from "../../state/framing.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { addCellOverlay } from "../parts/cell_overlay.js";
import { addExampleButtons } from "../parts/example_buttons.js";
import { wireHistoryButtons } from "../parts/history_buttons.js";
import { colour } from "../parts/paint.js";
import { showReconstruction } from "../parts/reconstruction_board.js";
import { openDroppedFiles } from "./dropped_files.js";
import { drawByKeys } from "../parts/strokes_by_keys.js";
import { drawByPointer } from "../parts/strokes_by_pointer.js";

const DETAIL = 16; // pixels of the pad, each way, for one of the image
const ERASER_SCALE = 1.6; // its width relative to the pen's

export function mount(element, { text }) {
  const board = element.querySelector("#draw-pad");
  const canvas = board.querySelector("canvas");

  // ---- the pen ----
  const widthField = element.querySelector("input[type=range]");
  const toolButtons = [...element.querySelectorAll("[data-tool]")];
  let tool = "pen";
  const begin = (point, upsideDown = false) => {
    const erase = upsideDown || tool === "eraser";
    beginStroke(point, Number(widthField.value) * (erase ? ERASER_SCALE : 1), erase);
  };
  for (const button of toolButtons) {
    button.addEventListener("click", () => {
      tool = button.dataset.tool;
      for (const other of toolButtons) other.ariaPressed = String(other === button);
    });
  }
  widthField.addEventListener("input", () =>
    widthField.parentElement.style.setProperty("--width", widthField.value),
  );
  drawByPointer(canvas, begin);
  drawByKeys(canvas, board.querySelector(".crosshair"), begin);

  // ---- tools ----
  const fileField = element.querySelector("input[type=file]");
  wireHistoryButtons(element);
  wireButtons(element, { clear, centre, upload: () => fileField.click() });
  fileField.addEventListener("change", () => {
    if (fileField.files.length) openPicture(fileField.files[0]);
    fileField.value = ""; // so that the same file can be chosen again
  });
  openDroppedFiles((isOver) => board.classList.toggle("dropping", isOver));
  addExampleButtons(element.querySelector(".examples"), text.example, ({ drawing }) => drawImage(drawing));

  // ---- what is shown ----
  const shown = sheet(canvas, DETAIL);
  const hint = /** @type {HTMLElement} */ (board.querySelector(".hint"));
  watch(["drawing", "theme"], ({ drawing }) => {
    if (!drawing) return;
    render(drawing, shown, colour("--ink"));
    const hides = !drawing.invitation && !isEmpty(drawing);
    if (hint.hidden !== hides) hint.hidden = hides; // else each move of the pen styles it anew
  });
  addCellOverlay(board, { showUnknown: false });
  showReconstruction(element.querySelector(".mini"));
}
