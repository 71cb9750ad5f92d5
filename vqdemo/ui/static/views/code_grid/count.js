// How many codes the digit needs: one for each cell with ink.

import { UNKNOWN } from "../../state/grid.js";
import { shownCodes } from "../../state/preview.js";
import { fill } from "../../state/sentence.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { setText } from "../parts/set_text.js";

export function showCount(line, text) {
  watchGivingWay(["modelInfo", "codes", "preview"], (now) => {
    if (!now.modelInfo) return;
    const codes = shownCodes(now);
    const unknown = codes.filter((code) => code === UNKNOWN).length;
    const inked = codes.filter((code) => code !== UNKNOWN && code !== now.modelInfo.background).length;
    const whole = [text.count_none, text.count_one][inked] ?? text.count;
    setText(line, fill(unknown ? text.count_unknown : whole, { inked, unknown }));
  });
}
