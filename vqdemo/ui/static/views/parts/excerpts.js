// The Python that does what a part of How it works is about: each <div class="excerpt" data-part="encoder">
// is filled with it. The lines, and the course, were taken from the files when the page was built
// (ui/excerpts.py), and are fetched with this script.

import { fill } from "../../state/sentence.js";

const ADDRESS = new URL("../../course/excerpts.json", import.meta.url);

let fetched = read();

/** @returns {Promise<Record<string, Part> | null>} null where they cannot be had */
async function read() {
  try {
    return await (await fetch(ADDRESS)).json();
  } catch {
    return null;
  }
}

/**
 * @typedef {object} Part
 * @property {{file: string, line: number, code: string}[]} excerpts line: of the file, where it begins
 * @property {string | null} course the section of the course, relative to this JSON
 */

/**
 * Fill all that are on the page and still empty. Without the network they stay so; the next call tries again.
 * @param {{code_show: string, code_at: string, course: string}} text
 */
export async function showExcerpts(text) {
  const parts = (await fetched) ?? (await (fetched = read()));
  /** @type {NodeListOf<HTMLElement>} */
  const places = document.querySelectorAll(".excerpt[data-part]:empty");
  for (const place of parts ? places : []) {
    const part = parts[place.dataset.part];
    if (part?.excerpts.length) place.append(detailsOf(part, text));
  }
}

/** @param {Part} part */
function detailsOf({ excerpts, course }, text) {
  const details = document.createElement("details");
  details.className = "code";
  details.append(Object.assign(document.createElement("summary"), { textContent: text.code_show }));
  for (const { file, line, code } of excerpts) {
    const figure = document.createElement("figure");
    const title = Object.assign(document.createElement("figcaption"), {
      textContent: fill(text.code_at, { file, line }),
    });
    const lines = Object.assign(document.createElement("pre"), { textContent: code, tabIndex: 0 });
    lines.setAttribute("role", "region");
    lines.ariaLabel = title.textContent;
    figure.append(title, lines);
    details.append(figure);
  }
  if (course) {
    const words = { href: new URL(course, ADDRESS).href, target: "_blank", textContent: text.course };
    const paragraph = document.createElement("p");
    paragraph.append(Object.assign(document.createElement("a"), words));
    details.append(paragraph);
  }
  return details;
}
