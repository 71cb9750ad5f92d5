// The sample view: digits from nothing, a row a class. The seeds stay while the sliders move, so that what changes is the
// sliders' doing. Any digit opens in the workbench.

import * as bench from "../../state/edits.js";
import { paint } from "../../drawing/strokes.js";
import { newestFirst } from "../../state/insight.js";
import * as model from "../../networks/remote.js";
import { state, update, watch } from "../../state/store.js";
import { fill } from "../parts/numbers.js";

const MOST = 8; // digits in a row

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const rows = element.querySelector("#sample-rows");
  const fields = [...element.querySelectorAll("input")];
  const set = (sampling) => update({ sampling: { ...state.sampling, ...sampling } });

  for (const field of fields) {
    field.addEventListener("input", () => set({ [field.name]: Number(field.value) }));
  }
  element.querySelector("button").addEventListener("click", () => set({ seed: Math.floor(Math.random() * 1e6) }));

  function build({ labels, max_sample_row }) {
    for (const name of labels) {
      const row = document.createElement("div");
      row.setAttribute("role", "group");
      row.ariaLabel = fill(text.row, { digit: name });
      const title = Object.assign(document.createElement("b"), { textContent: name, ariaHidden: "true" });
      row.append(title);
      for (let i = 0; i < Math.min(MOST, max_sample_row); i++) {
        const button = Object.assign(document.createElement("button"), { type: "button", disabled: true });
        button.ariaLabel = fill(text.open, { digit: name, number: i + 1 });
        button.append(document.createElement("canvas"));
        row.append(button);
      }
      rows.append(row);
    }
  }

  function showRow(row, samples) {
    samples.forEach(({ codes, image }, i) => {
      const button = row.querySelectorAll("button")[i];
      button.disabled = false;
      button.onclick = () => {
        bench.open(codes, image);
        update({ view: "bench" });
        scrollTo(0, 0);
      };
      paint(button.firstChild, image);
    });
  }

  // ---- one row after the other, and from the start when a slider has moved meanwhile ----
  const wish = newestFirst();
  let drawn = null; // the settings of the rows on show

  async function draw(sampling) {
    for (const [label, row] of [...rows.children].entries()) {
      const settings = { ...sampling, seed: sampling.seed + label, label, n: Math.min(MOST, state.about.max_sample_row) };
      showRow(row, await model.sample(settings));
      if (state.sampling !== sampling) return;
    }
    drawn = sampling;
  }

  watch(["about", "sampling", "view", "theme"], ({ about, sampling, view }) => {
    if (!about) return;
    if (!sampling) return set({ temperature: about.defaults.temperature ?? 1, guidance: about.defaults.guidance ?? 0, seed: 1 });
    if (!rows.children.length) build(about);
    for (const field of fields) {
      field.value = sampling[field.name];
      field.parentElement.querySelector("b").textContent = sampling[field.name].toFixed(2);
    }
    if (view === "samples" && drawn !== sampling) wish(() => draw(sampling));
  });
  watch(["theme"], () => (drawn = null));
}
