// The losses, in words and as formulas; the measured quality, beside the notebook baseline's; and a glossary.

import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { decimal, percentage } from "../parts/numbers.js";

/** @import { Figure } from "../../networks/types.js" */

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const cell = (name, words) => Object.assign(document.createElement(name), words);

  watch(["modelInfo"], ({ modelInfo }) => {
    if (!modelInfo) return;
    const { rows: figures, measured_on } = modelInfo.figures;
    const rows = figures.map((figure) => {
      const row = document.createElement("tr");
      const title = cell("th", { scope: "row", textContent: text.figures[figure.name] });
      row.append(title, cell("td", { textContent: told(figure, "ours") }));
      row.append(cell("td", { textContent: told(figure, "baseline") }));
      return row;
    });
    part("tbody").replaceChildren(...rows);
    part(".quality").hidden = !rows.length;
    part(".measured-on").textContent = measured_on
      ? fill(text.quality_text, { ...measured_on, pictures: decimal(measured_on.pictures, 0) })
      : "";
    part(".baseline-text").hidden = figures.every(({ baseline }) => baseline === null);
  });

  /** @param {Figure} figure @param {"ours" | "baseline"} whose */
  function told({ digits, share, of = null, ...figure }, whose) {
    if (figure[whose] === null) return text.not_measured;
    const value = (share ? percentage : decimal)(figure[whose], digits);
    return of ? `${value} / ${of[whose]}` : value;
  }
}
