// The die of the selected cell. Where a completion filled the cell, a needle points to the number that was
// drawn. The settings of completions reshape it while they are moved, and a click on a part puts its code
// there.

import { writeCode } from "../../state/edits.js";
import { shownCodes } from "../../state/preview.js";
import { state, watch } from "../../state/store.js";
import { diePainter } from "../parts/die.js";

export function mountDie(element, text) {
  const draw = diePainter(
    element.querySelector(".die"),
    text,
    (code) => state.die && writeCode(code, [state.die.cell]),
  );
  watch(["modelInfo", "die", "codes", "preview", "settings", "theme"], (now) => {
    const { die, codes, settings } = now;
    if (die && die.codes === codes) draw(die, settings, shownCodes(now)[die.cell]);
    else draw(null);
  });
}
