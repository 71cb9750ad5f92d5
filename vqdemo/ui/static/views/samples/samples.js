// The sample view: digits from nothing, a row a class. Any digit opens in the workbench.

import * as networks from "../../networks/client.js";
import { openGrid } from "../../state/edits.js";
import { newestFirst } from "../../state/newest_first.js";
import { openView } from "../../state/page.js";
import { rollSamplingSeed, setSampling, startSampling } from "../../state/samples.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { showLoading } from "../parts/loading.js";
import { decimal } from "../parts/numbers.js";
import { paint } from "../parts/paint.js";

const MAX_ROW = 8; // digits

export function mount(element, { text }) {
  const rows = element.querySelector("#sample-rows");
  showLoading(element.querySelector("section"), "prior");
  const fields = [...element.querySelectorAll("input")];

  for (const field of fields) {
    field.addEventListener("input", () => setSampling({ [field.name]: Number(field.value) }));
  }
  element.querySelector("button").addEventListener("click", rollSamplingSeed);

  function build({ labels, max_sample_row }) {
    for (const name of labels) {
      const row = document.createElement("div");
      row.setAttribute("role", "group");
      row.ariaLabel = fill(text.row, { digit: name });
      const title = Object.assign(document.createElement("b"), { textContent: name, ariaHidden: "true" });
      row.append(title);
      for (let i = 0; i < Math.min(MAX_ROW, max_sample_row); i++) {
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
        openGrid(codes, image);
        openView("bench");
        scrollTo(0, 0);
      };
      paint(button.firstChild, image);
    });
  }

  // ---- one row after the other, and from the start when a slider has moved meanwhile ----
  const queue = newestFirst();
  let drawn = null; // the settings of the rows on show
  const sampled = []; // by label: the digits of its row

  async function draw(sampling, signal) {
    for (const [label, row] of [...rows.children].entries()) {
      const settings = {
        ...sampling,
        seed: sampling.seed + label,
        label,
        n: Math.min(MAX_ROW, state.modelInfo.max_sample_row),
      };
      sampled[label] = await networks.sample(settings, { signal });
      showRow(row, sampled[label]);
    }
    drawn = sampling;
  }

  watch(["modelInfo", "sampling", "view", "networks"], ({ modelInfo, sampling, view }) => {
    if (!modelInfo) return;
    if (!sampling) return startSampling();
    if (!rows.children.length) build(modelInfo);
    for (const field of fields) {
      field.value = sampling[field.name];
      field.parentElement.querySelector("b").textContent = decimal(sampling[field.name], 2);
    }
    if (view !== "samples") queue(null);
    else if (drawn !== sampling) queue((signal) => draw(sampling, signal), sampling);
  });
  watch(["theme"], () => sampled.forEach((samples, label) => showRow(rows.children[label], samples)));
}
