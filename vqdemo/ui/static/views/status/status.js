// The status line: one calm sentence when something needs saying. Notes fade after a while, errors stay until
// the next edit, and what a network lacks, with a button to try again, until it is there.

import { announce, hush, sentences } from "../../state/message.js";
import { faultIn, tryAgain } from "../../state/networks.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";

const NOTE_DURATION = 7000; // ms

export function mount(element) {
  const line = element.querySelector("[role=status]");
  line.hidden = false; // an empty live region must be there before anything is said in it
  const alert = element.querySelector("[role=alert]");
  alert.querySelector("button").addEventListener("click", tryAgain);
  watch(["networks"], (now) => {
    const fault = faultIn(now);
    alert.hidden = !fault;
    alert.firstElementChild.textContent = fault ?? "";
  });
  const unseen = element.querySelector(".unseen");
  watch(["announcement"], ({ announcement }) => (unseen.textContent = announcement?.text ?? ""));
  let told = null; // the view
  watch(
    ["modelInfo", "view", "alternatives", "completing"],
    ({ view, alternatives, completing, modelInfo }) => {
      const name = sentences[`view_${view}`] ?? view;
      const count = completing ? 0 : (alternatives?.list.length ?? 0);
      const parts = [count > 1 && fill(sentences.title_alternatives, { count }), name, sentences.title];
      if (modelInfo) document.title = parts.filter(Boolean).join(" · ");
      if (told !== null && told !== view) announce(name);
      if (modelInfo) told = view;
    },
  );
  let timer;
  watch(["message"], ({ message }) => {
    clearTimeout(timer);
    line.textContent = message?.text ?? "";
    line.className = message?.kind ?? "";
    if (message?.kind === "note") timer = setTimeout(hush, NOTE_DURATION);
  });
}
