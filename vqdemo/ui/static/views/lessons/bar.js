// The bar of the open lesson: what it asks for, how far the visitor is, and once it is solved what it shows.

import { CHECKED, guess, LESSONS, progressOf, startLesson } from "../../state/lessons.js";
import { say } from "../../state/message.js";
import { addressFor, closeLesson, openLesson, openView } from "../../state/page.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { loadingSentence } from "../parts/loading.js";
import { setText } from "../parts/set_text.js";
import { asShown } from "./figures.js";
import { showLink } from "./link.js";

/** @param {HTMLElement} section @param {any} text */
export function showLesson(section, text) {
  const part = (selector) => section.querySelector(selector);
  const guesses = part(".guesses");
  const startButton = part("[data-do=start]");
  const hintButton = part("[data-do=hint]");
  let number = null; // of the lesson on show

  wireButtons(section, {
    previous: () => openLesson(state.lesson.number - 1),
    next: () => openLesson(state.lesson.number + 1),
    start: () => {
      const wait = loadingSentence(state, "vqvae"); // most starts are decoded first
      if (wait) say(wait);
      startLesson();
    },
    hint: () => showHint(part(".hint").hidden),
    close: closeLesson,
  });
  part("a").href = addressFor({ view: "teach" });
  part("a").addEventListener("click", (event) => {
    event.preventDefault(); // the address keeps the lesson
    openView("teach");
  });
  showLink(section, text);

  watch(["modelInfo"], ({ modelInfo }) => {
    const buttons = modelInfo.labels.map((name, label) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.addEventListener("click", () => guess(label));
      return button;
    });
    guesses.replaceChildren(...buttons);
  });

  function showHint(shown) {
    part(".hint").hidden = !shown;
    hintButton.ariaPressed = String(shown);
  }

  function showTask(lesson, task) {
    number = lesson.number;
    const [first, last] = [number === 1, number === LESSONS.length];
    part(".number").textContent = fill(text.number, { number, last: LESSONS.length });
    [part("[data-do=previous]").disabled, part("[data-do=next]").disabled] = [first, last];
    part("#lesson-title").textContent = task.title;
    part(".asks span").textContent = task.asks;
    part(".hint").textContent = task.hint;
    showHint(false);
  }

  /** The sentence about how far the visitor is. */
  function sentenceOf(progress, { lesson }, task) {
    if (progress) return fill(task[progress.says] ?? text[progress.says], asShown(progress.parts));
    if (lesson.beat && task.beat) return fill(task.beat, { score: lesson.beat });
    return text.not_started;
  }

  watch(["modelInfo", "solved", ...CHECKED], (now) => {
    const { lesson, solved, modelInfo } = now;
    if (!lesson || !modelInfo) return;
    const { name } = LESSONS[lesson.number - 1];
    const task = text.tasks[name];
    if (lesson.number !== number) showTask(lesson, task);
    const progress = progressOf(now);
    const line = part(".progress");
    const sentence = sentenceOf(progress, now, task);
    setText(line, sentence);
    line.classList.toggle("solved", Boolean(progress?.solved));
    startButton.textContent = lesson.start ? text.again : text.start;
    startButton.classList.toggle("primary", !lesson.start);
    guesses.hidden = progress?.says !== "guess";
    const best = solved[name] ?? null;
    part(".shows").hidden = !(name in solved);
    part(".shows").textContent = [best === null ? "" : fill(text.best, { score: best }), task.shows]
      .join(" ")
      .trim();
  });
}
