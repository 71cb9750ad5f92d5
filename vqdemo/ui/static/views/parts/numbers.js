// Numbers as the page shows them.

const MIN_SHARE = 1e-4; // smaller shares are only said to be smaller
const percent = new Intl.NumberFormat(document.documentElement.lang || "en", {
  style: "percent",
  maximumSignificantDigits: 2,
});

/** A share or probability -> "26%", "0.31%", "<0.01%". */
export const share = (part) =>
  part > 0 && part < MIN_SHARE ? `<${percent.format(MIN_SHARE)}` : percent.format(part);

/** How often a code is used: of all cells the blank one, of the cells with ink the others. */
export const shareOf = (code, { usage, background }) =>
  code === background ? usage[code] : usage[code] / (1 - usage[background]);

/** A figure with a true minus sign, and none before zero. */
export const decimal = (value, digits) =>
  value
    .toFixed(digits)
    .replace(/^-(?=[0.]*$)/, "")
    .replace("-", "−");
