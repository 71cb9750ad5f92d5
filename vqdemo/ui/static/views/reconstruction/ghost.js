// The ghost over the reconstruction: in unknown cells, faintly, the average of what they may become.

import { SIDE } from "../../drawing/strokes.js";
import { UNKNOWN } from "../../state/grid.js";
import { toggleGhost } from "../../state/ghost.js";
import { shownCodes } from "../../state/preview.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { inCells, tint } from "../parts/paint.js";

const FAINT = 0.3; // of the ink; tint() makes it stronger

export function mountGhost(element, board) {
  const canvas = Object.assign(document.createElement("canvas"), { className: "ghost", hidden: true });
  canvas.ariaHidden = "true";
  board.append(canvas);
  const button = element.querySelector("[data-do=ghost]");
  wireButtons(element, { ghost: toggleGhost });

  watch(["ghosting", "codes"], ({ ghosting, codes }) => {
    button.ariaPressed = String(ghosting);
    button.classList.toggle("idle", !codes?.includes(UNKNOWN));
  });
  watchGivingWay(["ghost", "codes", "preview", "theme"], (now) => {
    const { ghost, codes, modelInfo } = now;
    const shows = ghost !== null && ghost.codes === codes;
    canvas.hidden = !shows;
    board.classList.toggle("ghosted", shows);
    if (!shows) return;
    const shown = shownCodes(now);
    const isUnknown = inCells(modelInfo, (cell) => shown[cell] === UNKNOWN);
    const strengths = ghost.image.map((ink, i) =>
      isUnknown(i % SIDE, Math.floor(i / SIDE)) ? ink * FAINT : 0,
    );
    tint(canvas, strengths, "--imagined");
    canvas.dataset.count = String(ghost.count);
  });
}
