// A file may be dropped anywhere on the page; none ever leads the browser away from it.

import { openFile } from "../../state/files.js";

/** Open what is dropped; `show(isOver)` shows whether a file is held over the page. */
export function openDroppedFiles(show) {
  const isText = (target) => target.matches?.("input, textarea"); // may be dropped in fields, as ever
  const on = (kind, listener) => {
    document.addEventListener(kind, (/** @type {DragEvent} */ event) => {
      const bringsFile = event.dataTransfer.types.includes("Files");
      if (!bringsFile && isText(event.target)) return;
      event.preventDefault();
      listener(event, bringsFile);
    });
  };
  on("dragover", (event, bringsFile) => show(bringsFile));
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) show(false); // it left the page
  });
  on("drop", (event) => {
    show(false);
    const [file] = event.dataTransfer.files;
    if (file) openFile(file);
  });
}
