// The quantizer: whether the open cell has ink at all, which codes are nearest to its z, what rounding z to
// one of them loses (ranking.js), and what is then redrawn (redrawn.js). Below, the codebook while the
// visitor draws (pad.js, code_map.js).

import { codesByDistance, outputOf } from "../../state/encoding.js";
import { pixelsOf } from "../../state/patches.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { addCellButtons } from "../parts/cell_buttons.js";
import { decimal } from "../parts/numbers.js";
import { paint } from "../parts/paint.js";
import { showCodeMap } from "./code_map.js";
import { mountPad } from "./pad.js";
import { rankingOf } from "./ranking.js";
import { redrawing } from "./redrawn.js";

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  let rank = 0; // which of the nearest is taken
  let everywhere = false; // in all cells with ink, or in the open one
  const showRanking = rankingOf(element, text, (chosen) => {
    rank = chosen;
    show(state);
  });
  const redraw = redrawing(element, text);
  addCellButtons(part(".drawn"), { label: text.grid, cell: text.cell });
  mountPad(element);
  showCodeMap(part(".map"));
  wireButtons(element, {
    numbers() {
      const on = part("section").classList.toggle("numbers");
      part("[data-do=numbers]").ariaPressed = String(on);
    },
    everywhere() {
      everywhere = !everywhere;
      part("[data-do=everywhere]").ariaPressed = String(everywhere);
      show(state);
    },
  });

  watch(["modelInfo", "view", "encoding", "opened", "theme"], show);

  function show({ modelInfo, view, encoding, opened }) {
    if (!modelInfo || view !== "how" || !encoding || opened === null) return;
    paint(part(".drawn canvas"), encoding.image);
    const blank = encoding.codes[opened] === modelInfo.background;
    const patch = pixelsOf(opened, modelInfo.grid_shape).map((pixel) => encoding.image[pixel]);
    showInk(Math.max(...patch) / 255, modelInfo.networks.vqvae.config.ink_threshold, blank);
    const z = outputOf(opened, encoding, modelInfo);
    showRanking({
      z,
      rank,
      blank,
      patch,
      ranked: codesByDistance(z, encoding.codebook, modelInfo),
      encoding,
    });
    redraw({ encoding, cell: opened, rank, everywhere });
  }

  function showInk(most, threshold, blank) {
    const { style } = part(".ink");
    style.setProperty("--most", `${100 * most}%`);
    style.setProperty("--threshold", `${100 * threshold}%`);
    part("section").classList.toggle("blank", blank);
    part(".rule").textContent = fill(blank ? text.no_ink : text.ink, { most: decimal(most, 2), threshold });
  }
}
