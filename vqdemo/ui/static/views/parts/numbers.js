// Numbers as the page shows them, in its language.

import { numberFormat } from "../../state/language.js";

const MIN_SHARE = 1e-4; // smaller shares are only said to be smaller
const percent = numberFormat({ style: "percent", maximumSignificantDigits: 2 });
const decimals = []; // by how many digits follow the point

/** A share or probability -> "26%", "0.31%", "<0.01%". */
export const share = (part) =>
  part > 0 && part < MIN_SHARE ? `<${percent.format(MIN_SHARE)}` : percent.format(part);

/** How often a code is used: of all cells the blank one, of the cells with ink the others. */
export const shareOf = (code, { usage, background }) =>
  code === background ? usage[code] : usage[code] / (1 - usage[background]);

/** A figure with so many digits after the point; a true minus sign, and none before zero. */
export function decimal(value, digits) {
  decimals[digits] ??= numberFormat({
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: "negative",
  });
  return decimals[digits].format(value).replace("-", "−");
}

/** A share, 0 to 1, in percent, with so many digits after the point. */
export const percentage = (part, digits) =>
  numberFormat({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    part,
  );
