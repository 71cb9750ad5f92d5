// "Reads as": a bar a label, how likely the prior finds it given the known codes. It pales where the grid stays
// newer for a while, and says what it reads as once that has settled.

import { reading } from "../../state/belief.js";
import { hasInk } from "../../state/grid.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { share } from "../parts/numbers.js";
import { setText } from "../parts/set_text.js";
import { staleness } from "../parts/stale.js";

const SETTLED = 900; // ms without a change, after which the reading is said

const NOTHING = /** @type {ReturnType<typeof reading>} */ ({ kind: "open", labels: [] });

export function mount(element, { text }) {
  const section = element.querySelector("#belief");
  const bars = element.querySelector(".bars");
  const word = element.querySelector(".reading b");
  const spoken = element.querySelector(".spoken");
  const setStale = staleness(section);
  let timer;

  watch(["modelInfo"], ({ modelInfo }) => {
    if (modelInfo) bars.replaceChildren(...modelInfo.labels.map(barOf));
  });

  watchGivingWay(["belief", "codes", "modelInfo"], ({ belief, codes, modelInfo }) => {
    clearTimeout(timer);
    const isOld = belief?.codes !== codes;
    setStale(isOld);
    if (!belief || isOld || !modelInfo) return;
    const { kind, labels } = hasInk(codes, modelInfo) ? reading(belief.probabilities) : NOTHING;
    const names = labels.map((label) => modelInfo.labels[label]);
    belief.probabilities.forEach((probability, label) => {
      const bar = bars.children[label];
      bar.classList.toggle("first", labels.includes(label));
      const value = probability.toFixed(4);
      if (bar.ariaValueNow === value) return; // most stay at nothing
      bar.style.setProperty("--share", value);
      bar.ariaValueNow = value;
      bar.ariaValueText = share(probability);
      bar.title = fill(text.bar, { label: modelInfo.labels[label], share: share(probability) });
    });
    setText(word, kind === "open" ? text.open_short : names.join(text.or_short));
    word.title = sentenceOf(kind, names);
    timer = setTimeout(() => setText(spoken, sentenceOf(kind, names)), SETTLED);
  });

  const sentenceOf = (kind, names) => fill(text[kind], { labels: names.join(text.or) });

  function barOf(name) {
    const bar = document.createElement("div");
    bar.setAttribute("role", "meter");
    Object.assign(bar, { ariaLabel: name, ariaValueMin: "0", ariaValueMax: "1", ariaValueNow: "0" });
    const label = Object.assign(document.createElement("span"), { textContent: name, ariaHidden: "true" });
    bar.append(document.createElement("i"), label);
    return bar;
  }
}
