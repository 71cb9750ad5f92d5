// The status line: one calm sentence when something needs saying. Notes fade after a while, errors stay until
// the next edit.

import { hush } from "../../state/message.js";
import { watch } from "../../state/store.js";

const NOTE_DURATION = 7000; // ms

export function mount(element) {
  const line = element.querySelector("[role=status]");
  line.hidden = false; // an empty live region must be there before anything is said in it
  let timer;
  watch(["message"], ({ message }) => {
    clearTimeout(timer);
    line.textContent = message?.text ?? "";
    line.className = message?.kind ?? "";
    if (message?.kind === "note") timer = setTimeout(hush, NOTE_DURATION);
  });
}
