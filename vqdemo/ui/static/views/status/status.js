// The status line: one calm sentence when something needs saying. Notes fade after a while, errors stay until the
// next deed.

import { start } from "../../state/edits.js";
import { update, watch } from "../../state/store.js";

const NOTE_LASTS = 7000; // ms

export function mount(element, props) {
  start(props.text.status);
  const line = element.querySelector("[role=status]");
  line.hidden = false; // an empty live region must be there before anything is said in it
  let timer;
  watch(["message"], ({ message }) => {
    clearTimeout(timer);
    line.textContent = message?.text ?? "";
    line.className = message?.kind ?? "";
    if (message?.kind === "note") timer = setTimeout(() => update({ message: null }), NOTE_LASTS);
  });
}
