// Undo and redo: buttons of a view, and the usual keys anywhere on the page.

import { redo, undo } from "../../state/edits.js";
import { watch } from "../../state/store.js";

/** Wire the buttons data-do="undo" and "redo" of an element. */
export function wireHistoryButtons(element) {
  const [undoButton, redoButton] = ["undo", "redo"].map((name) => element.querySelector(`[data-do=${name}]`));
  undoButton.addEventListener("click", undo);
  redoButton.addEventListener("click", redo);
  watch(["canUndo", "canRedo", "preview"], ({ canUndo, canRedo, preview }) => {
    undoButton.disabled = !canUndo && !preview;
    redoButton.disabled = !canRedo;
  });
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (!(event.ctrlKey || event.metaKey) || target.matches("input:not([type=range]), textarea")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo();
  else undo();
});
