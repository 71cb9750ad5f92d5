// The losses, in words and as formulas; the measured quality, beside the notebook baseline's; and a glossary.

import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const cell = (name, words) => Object.assign(document.createElement(name), words);

  watch(["modelInfo"], ({ modelInfo }) => {
    if (!modelInfo) return;
    const { rows: figures, measured_on } = modelInfo.figures;
    const rows = figures.map(({ name, ours, peer }) => {
      const row = document.createElement("tr");
      const title = cell("th", { scope: "row", textContent: text.figures[name] });
      row.append(title, cell("td", { textContent: ours }));
      row.append(cell("td", { textContent: peer ?? text.not_measured }));
      return row;
    });
    part("tbody").replaceChildren(...rows);
    part(".quality").hidden = !rows.length;
    part(".measured-on").textContent = measured_on ? fill(text.quality_text, measured_on) : "";
    part(".peer-text").hidden = !figures.some(({ peer }) => peer);
  });
}
