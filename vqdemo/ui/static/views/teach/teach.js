// For teachers: the lessons in their sequence, with times, questions to discuss, and for each a link and its
// QR code.

import { LESSONS } from "../../state/lessons.js";
import { addressFor, openLesson, openView } from "../../state/page.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { depictQr } from "../parts/qr_picture.js";

/** Minutes: those of the lessons count the discussion after the task, which takes one to three. */
const MINUTES = { lost: 4, change: 3, eight: 6, erase: 5, predict: 4, heat: 4, hook: 3, unkept: 4 };
const [OPENING, CLOSING] = [4, 8];
const QUESTIONS = ["code", "chosen", "learned", "prior"]; // of the closing discussion

export function mount(element, { text }) {
  let isBuilt = false;

  watch(["view", "modelInfo"], ({ view, modelInfo }) => {
    if (view !== "teach" || !modelInfo || isBuilt) return;
    isBuilt = true;
    build();
  });
  element.querySelector("[data-do=print]").addEventListener("click", () => print());

  function build() {
    let start = 0;
    const timed = (minutes, ...parts) => {
      const time = made("div", { className: "time" }, made("b", {}, fill(text.from, { start })));
      time.append(fill(text.takes, { minutes }));
      start += minutes;
      return made("li", {}, time, ...parts);
    };
    const plain = (minutes, title, does, ...more) =>
      timed(minutes, made("div", {}, made("h3", {}, title), made("p", {}, does), ...more));
    // The times add up in the order in which the parts are made.
    const opening = plain(OPENING, text.opening, text.opening_does);
    const lessons = LESSONS.map(({ name }, i) => {
      const told = text.lessons[name];
      const words = [made("h3", {}, `${i + 1}. ${told.title}`), made("p", {}, told.does), questions([told])];
      const link = made("figure", {}, made("img", {}), made("figcaption", {}, made("a", {})));
      showAddress(link, { lesson: i + 1 });
      return timed(MINUTES[name], made("div", {}, ...words), link);
    });
    const discussed = questions(QUESTIONS.map((name) => text.closing_questions[name]));
    const closing = plain(CLOSING, text.closing, text.closing_does, discussed);
    element.querySelector("ol").replaceChildren(opening, ...lessons, closing);
    element.querySelector("h2").textContent = fill(text.heading, { minutes: start });
    showAddress(element.querySelector(".page"), {});
  }

  function questions(pairs) {
    return made(
      "dl",
      {},
      ...pairs.flatMap(({ question, answer }) => [
        made("dt", {}, text.ask),
        made("dd", {}, question),
        made("dt", {}, text.answer),
        made("dd", {}, answer),
      ]),
    );
  }

  /** An address as a QR code and as a link below it. */
  function showAddress(figure, what) {
    const href = addressFor(what);
    depictQr(figure.querySelector("img"), href, fill(text.qr, { address: href }));
    const link = figure.querySelector("a");
    const shown = href.replace(/^https?:[/][/]/, "").replace("#", "\u200b#");
    Object.assign(link, { href, dir: "ltr", textContent: shown });
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // it opens elsewhere
      event.preventDefault(); // what is drawn stays
      openView("bench");
      if (what.lesson) openLesson(what.lesson);
    });
  }
}

function made(kind, parts, ...children) {
  const element = Object.assign(document.createElement(kind), parts);
  element.append(...children);
  return element;
}
