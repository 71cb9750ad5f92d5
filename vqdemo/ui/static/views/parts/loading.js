// What a board says until its network is there: that it is on its way, and how far.

/** @import { WorkerName } from "../../networks/types.js" */
/** @import { State } from "../../state/types.js" */

import { sentences } from "../../state/message.js";
import { shareOf } from "../../state/networks.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";

/**
 * The sentence for a network that is not there, or "".
 * @param {Pick<State, "networks">} state
 * @param {WorkerName} name
 */
export function loadingSentence({ networks }, name) {
  const { phase, fault } = networks[name];
  if (phase === "ready") return "";
  return (
    fault ?? fill(sentences[`loading_${name}`] ?? "", { percent: Math.floor(100 * shareOf(networks[name])) })
  );
}

/**
 * Show it, with a bar, at the end of an element.
 * @param {Element} element
 * @param {WorkerName} name
 */
export function showLoading(element, name) {
  const note = Object.assign(document.createElement("p"), { className: "loading" });
  const [words, bar] = [document.createElement("span"), document.createElement("progress")];
  bar.max = 1;
  note.append(words, bar);
  element.append(note);
  watch(["networks"], (now) => {
    const { phase } = now.networks[name];
    note.hidden = phase === "ready";
    bar.hidden = phase === "failed";
    bar.value = shareOf(now.networks[name]);
    words.textContent = bar.ariaLabel = loadingSentence(now, name);
  });
}
