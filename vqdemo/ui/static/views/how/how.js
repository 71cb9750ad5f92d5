// How it works: the way of the visitor's own digit through both networks, in five pictures that lead to the
// parts below, and the code of each part.

import { rasterise, SIDE } from "../../drawing/strokes.js";
import * as networks from "../../networks/client.js";
import { distributionIn, UNKNOWN } from "../../state/grid.js";
import { newestFirst } from "../../state/newest_first.js";
import { openView } from "../../state/page.js";
import { cellAt } from "../../state/patches.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { showExcerpts } from "../parts/excerpts.js";
import { paint } from "../parts/paint.js";

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const queue = newestFirst();
  let shown = { codes: null, theme: null }; // of the prior's picture

  // The pictures are a table of contents: each leads to the part that is about it.
  const parts = [...element.querySelectorAll("[data-part]")];
  const targetOf = ({ dataset }) => document.querySelector(`.view.${dataset.part}`);
  for (const button of parts) button.addEventListener("click", () => goTo(targetOf(button)));
  part("[data-view]").title = part("[data-view]").ariaLabel = text.draw_go;
  part("[data-view]").addEventListener("click", () => openView("bench"));

  async function goTo(target) {
    const heading = target.querySelector("h2");
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    target.scrollIntoView({ behavior });
    heading.tabIndex = -1;
    while (heading.closest("[inert]")) await new Promise(requestAnimationFrame); // until its script is there
    heading.focus({ preventScroll: true });
  }

  watch(["view", "modelInfo"], ({ view, modelInfo }) => {
    if (!modelInfo || view !== "how") return;
    showExcerpts(text);
    for (const button of parts) {
      const heading = targetOf(button).querySelector("h2");
      button.disabled = !heading; // the part could not be loaded, and says so
      const name = heading?.textContent ?? "";
      if (button.matches(".more *")) button.textContent = name;
      else button.title = button.ariaLabel = fill(text.go, { part: name });
    }
  });

  watch(
    ["modelInfo", "view", "drawing", "codes", "image", "theme", "networks"],
    ({ modelInfo, view, drawing, codes, image }) => {
      if (!modelInfo || view !== "how") return queue(null);
      const drawn = rasterise(drawing);
      for (const selector of [".drawn", ".cut canvas"]) paint(part(selector), drawn);
      part("ol").style.setProperty("--columns", modelInfo.grid_shape[1]);
      part(".codes").replaceChildren(
        ...codes.map((code) => {
          const shown = code === UNKNOWN ? "?" : code === modelInfo.background ? "" : code;
          return Object.assign(document.createElement("span"), { textContent: shown });
        }),
      );
      paint(part(".back"), image);
      queue((signal) => showExpected(codes, signal), codes);
    },
  );

  // What the prior expects: in every cell the middle of each code's tile, weighted by its probability.
  async function showExpected(codes, signal) {
    const { modelInfo, theme } = state;
    if (shown.codes === codes && shown.theme === theme) return;
    const probabilities = await networks.conditionals(codes, null, { signal });
    shown = { codes, theme };
    const [rows, columns] = modelInfo.grid_shape;
    const [height, width] = [SIDE / rows, SIDE / columns];
    const side = Math.sqrt(modelInfo.tiles[0].length);
    const [top, left] = [(side - height) / 2, (side - width) / 2];
    const image = new Uint8Array(SIDE * SIDE).map((_, i) => {
      const [y, x] = [Math.floor(i / SIDE), i % SIDE];
      const cell = cellAt(x, y, modelInfo.grid_shape);
      const at = (top + (y % height)) * side + left + (x % width);
      const distribution = distributionIn(cell, probabilities, modelInfo.num_codes);
      return distribution.reduce((sum, p, code) => sum + p * modelInfo.tiles[code][at], 0);
    });
    paint(part(".prior"), image, () => true);
  }
}
