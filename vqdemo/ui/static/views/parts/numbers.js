// Sentences and figures as the page shows them. The sentences themselves are in ui/text.py.

/** A sentence with those of its {names} replaced that `parts` has. */
export const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);

const LEAST = 1e-4; // smaller shares are only said to be smaller
const percent = new Intl.NumberFormat(document.documentElement.lang || "en", {
  style: "percent",
  maximumSignificantDigits: 2,
});

/** A share or probability -> "26%", "0.31%", "<0.01%". */
export const share = (part) => (part > 0 && part < LEAST ? `<${percent.format(LEAST)}` : percent.format(part));

/** A figure with a true minus sign. */
export const decimal = (value, digits) => value.toFixed(digits).replace("-", "−");
