// How many codes the digit needs: one for each cell with ink.

import { UNKNOWN } from "../../state/grid.js";
import { shownCodes } from "../../state/playback.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";

export function showCount(line, text) {
  watch(["modelInfo", "codes", "playback"], (now) => {
    if (!now.modelInfo) return;
    const codes = shownCodes(now);
    const unknown = codes.filter((code) => code === UNKNOWN).length;
    const inked = codes.filter((code) => code !== UNKNOWN && code !== now.modelInfo.background).length;
    const sentence = unknown ? text.count_unknown : inked === 1 ? text.count_one : inked ? text.count : text.count_none;
    line.textContent = fill(sentence, { inked, unknown });
  });
}
