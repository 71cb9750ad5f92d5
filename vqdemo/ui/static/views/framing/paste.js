// Pasting anywhere on the page: a picture, a file, or the text of a file of codes.

import { openFile } from "../../state/files.js";

const FIELDS = "input, textarea, [contenteditable]"; // what is pasted there is theirs

export function openPasted() {
  document.addEventListener("paste", (event) => {
    if (/** @type {Element} */ (event.target).closest?.(FIELDS)) return;
    const { files } = event.clipboardData;
    const words = event.clipboardData.getData("text/plain").trim();
    if (files.length) openFile(files[0]);
    else if (words.startsWith("{"))
      openFile(new File([words], "clipboard.json", { type: "application/json" }));
    else return;
    event.preventDefault();
  });
}
