// The encoder: the patch of the open cell, what around it the encoder really reads (measured, see
// state/receptive_field.js), and the vector z that comes of it.

import { largestIn, outputOf } from "../../state/encoding.js";
import { placeOf } from "../../state/grid.js";
import { pixelsOf, sharesByRing } from "../../state/patches.js";
import { wantReceptiveField } from "../../state/receptive_field.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { addCellButtons } from "../parts/cell_buttons.js";
import { decimal, share } from "../parts/numbers.js";
import { paint, tint } from "../parts/paint.js";
import { signedBars } from "../parts/signed_bars.js";

const STRONGEST = 68; // of tint()'s scale: the pixel that moves z most. Others by roots, lest weak ones be unseen

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const section = part("section");
  const patch = part(".patch");
  const outline = document.createElement("i"); // the open cell, over what it reads
  const showVector = signedBars(part(".vector"));
  addCellButtons(part(".drawn"), { label: text.grid, cell: text.cell });
  part(".own").append(outline);
  wireButtons(element, {
    numbers() {
      const on = section.classList.toggle("numbers");
      part("[data-do=numbers]").ariaPressed = String(on);
    },
  });

  new IntersectionObserver(([{ isIntersecting }]) => wantReceptiveField(isIntersecting)).observe(
    part(".field"),
  );

  watch(["modelInfo", "view", "encoding", "opened", "theme"], ({ modelInfo, view, encoding, opened }) => {
    if (view !== "how" || !encoding || opened === null) return;
    const [row, column] = placeOf(opened, modelInfo.grid_shape[1]);
    const blank = encoding.codes[opened] === modelInfo.background;
    section.classList.toggle("blank", blank);
    paint(part(".drawn canvas"), encoding.image);
    showPatch(pixelsOf(opened, modelInfo.grid_shape).map((pixel) => encoding.image[pixel] / 255));
    part(".own").style.setProperty("--columns", modelInfo.grid_shape[1]);
    outline.style.gridArea = `${row + 1} / ${column + 1}`;
    part(".place").textContent = fill(blank ? text.place_blank : text.place, {
      row: row + 1,
      column: column + 1,
      side: patch.style.getPropertyValue("--side"),
    });
    showVector(outputOf(opened, encoding, modelInfo), null, largestIn(encoding.codebook), text.vector);
    part(".about").textContent = blank ? text.about_blank : text.about;
  });

  function showPatch(inks) {
    patch.style.setProperty("--side", String(Math.sqrt(inks.length)));
    while (patch.children.length < inks.length) patch.append(document.createElement("span"));
    patch.ariaLabel = `${text.patch}: ${inks.map((ink) => decimal(ink, 2)).join("; ")}`;
    inks.forEach((ink, i) => {
      const pixel = /** @type {HTMLElement} */ (patch.children[i]);
      pixel.style.setProperty("--share", String(ink));
      pixel.classList.toggle("full", ink > 0.5);
      pixel.textContent = decimal(ink, 2);
    });
  }

  watch(["view", "encoding", "opened", "receptiveField", "theme"], (now) => {
    const { modelInfo, view, encoding, opened, receptiveField } = now;
    if (view !== "how" || !encoding || opened === null) return;
    paint(part(".faint"), encoding.image);
    const fits = receptiveField?.image === encoding.image && receptiveField.cell === opened;
    const { moves, measured } = fits
      ? receptiveField
      : { moves: new Float32Array(encoding.image.length), measured: 0 };
    const most = Math.max(...moves) || 1;
    tint(
      part(".tint"),
      moves.map((move) => STRONGEST * Math.sqrt(move / most)),
    );
    const [own, beside, ...beyond] = sharesByRing(moves, opened, modelInfo.grid_shape);
    part(".shares").textContent =
      measured < 1
        ? fill(text.measuring, { percent: share(measured) })
        : fill(text.shares, {
            own: share(own),
            beside: share(beside),
            beyond: share(beyond.reduce((a, b) => a + b)),
          });
  });
}
