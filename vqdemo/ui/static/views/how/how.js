// How it works: the way of the visitor's own digit through both networks, the losses, and the measured quality.

import * as bench from "../../state/edits.js";
import { paint, rasterise, SIDE } from "../../drawing/strokes.js";
import { distribution, newestFirst } from "../../state/insight.js";
import * as model from "../../networks/remote.js";
import { state, UNKNOWN, watch } from "../../state/store.js";
import { fill } from "../parts/numbers.js";

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const part = (selector) => element.querySelector(selector);

  watch(["about"], ({ about }) => {
    if (!about) return;
    const { rows: figures, measured_on } = about.figures;
    const rows = figures.map(({ name, ours, peer }) => {
      const row = document.createElement("tr");
      const title = Object.assign(document.createElement("th"), { scope: "row", textContent: text.figures[name] });
      const cells = [ours, peer ?? text.not_measured].map((figure) =>
        Object.assign(document.createElement("td"), { textContent: figure }),
      );
      row.append(title, ...cells);
      return row;
    });
    part("tbody").replaceChildren(...rows);
    part(".quality").hidden = !rows.length;
    part(".measured-on").textContent = measured_on ? fill(text.quality_text, measured_on) : "";
    part(".peer-text").hidden = !figures.some(({ peer }) => peer);
  });

  watch(["about", "view", "drawing", "codes", "image", "theme"], ({ about, view, drawing, codes, image }) => {
    if (!about || view !== "how") return;
    const drawn = rasterise(drawing);
    for (const selector of [".drawn", ".cut canvas"]) paint(part(selector), drawn);
    part("ol").style.setProperty("--columns", about.grid_shape[1]);
    part(".codes").replaceChildren(
      ...codes.map((code) => Object.assign(document.createElement("span"), { textContent: code === UNKNOWN ? "?" : code })),
    );
    paint(part(".back"), image);
    wish(() => showExpected(codes));
  });

  // What the prior expects: in every cell the tile's middle of each code, weighed by its probability.
  const wish = newestFirst();
  let shown = { codes: null, theme: null };
  async function showExpected(codes) {
    const { about, theme } = state;
    if (shown.codes === codes && shown.theme === theme) return;
    const probabilities = await model.conditionals(codes);
    shown = { codes, theme };
    const [rows, columns] = about.grid_shape;
    const [height, width] = [SIDE / rows, SIDE / columns];
    const side = Math.sqrt(about.tiles[0].length);
    const [top, left] = [(side - height) / 2, (side - width) / 2];
    const image = new Uint8Array(SIDE * SIDE).map((_, i) => {
      const [y, x] = [Math.floor(i / SIDE), i % SIDE];
      const cell = Math.floor(y / height) * columns + Math.floor(x / width);
      const at = (top + (y % height)) * side + left + (x % width);
      return distribution({ probabilities }, cell, about).reduce((sum, p, code) => sum + p * about.tiles[code][at], 0);
    });
    paint(part(".prior"), image, () => true);
  }
}
