// Vectors as bars, one row for each of their numbers: to the right where it is positive, to the left where it
// is negative. Two vectors stand in the same rows, the second one as marks, with what is between them in
// between.

import { decimal } from "./numbers.js";

const DIGITS = 2;

/**
 * Make the bars of an element. Returns a function that shows vectors there.
 * @param {HTMLElement} element
 * @returns {(values: Float32Array, marks: Float32Array | null, most: number, name: string) => void} `most` is
 *   what fills the width; `name` is said to those who listen, before the numbers
 */
export function signedBars(element) {
  element.classList.add("signed-bars");
  element.setAttribute("role", "img");
  element.dir = "ltr";
  const place = (value, most) => 50 + 50 * Math.min(Math.max(value / most, -1), 1);

  return function show(values, marks, most, name) {
    while (element.children.length < values.length) {
      const row = document.createElement("div");
      const track = document.createElement("span");
      track.append(
        ...["bar", "gap", "mark"].map((className) =>
          Object.assign(document.createElement("i"), { className }),
        ),
      );
      row.append(track, document.createElement("b"));
      element.append(row);
    }
    const told = [...values].map((value) => decimal(value, DIGITS));
    element.ariaLabel = `${name}: ${told.join("; ")}`;
    values.forEach((value, i) => {
      const { style, lastChild } = /** @type {HTMLElement} */ (element.children[i]);
      const [from, to] = [0, value].map((at) => place(at, most)).sort((a, b) => a - b);
      style.setProperty("--from", `${from}%`);
      style.setProperty("--to", `${100 - to}%`);
      element.children[i].classList.toggle("marked", marks !== null);
      lastChild.textContent = decimal(marks ? value - marks[i] : value, DIGITS);
      if (!marks) return;
      const [least, greatest] = [value, marks[i]].map((at) => place(at, most)).sort((a, b) => a - b);
      style.setProperty("--mark", `${place(marks[i], most)}%`);
      style.setProperty("--gap-from", `${least}%`);
      style.setProperty("--gap-to", `${100 - greatest}%`);
    });
  };
}
