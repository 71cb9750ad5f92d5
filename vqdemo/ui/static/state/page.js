// The page around the work: which view and which lesson are open, and its colours. Each view has an address
// (#samples, or ?view=samples where a frame passes on only queries), and so has each lesson, in any view
// (#lesson=4, #samples&lesson=4, ?lesson=4); the browser's Back goes back to the one before.

/** @import { ModelInfo } from "../networks/types.js" */
/** @import { State } from "./types.js" */

import { say, sentences } from "./message.js";
import { state, update } from "./store.js";

export const VIEWS = ["bench", "samples", "graft", "codebook", "how", "teach"];
export const FIRST = VIEWS[0];
export const LAST_LESSON = 8;
const DIGITS = "0123456789";
const [VIEW, LESSON, BEAT] = ["view", "lesson", "beat"];

/** Whether there are lessons: they speak of the ten digits. @param {ModelInfo} modelInfo */
export const hasLessons = ({ labels }) => labels.join("") === DIGITS;

/**
 * What an address names, or null for each: a view, a lesson, and a score to reach in it, which is a number of
 * cells. A lesson that there is not is told.
 */
function namedBy(address) {
  const { hash, searchParams } = new URL(address);
  const words = new URLSearchParams(hash.slice(1));
  const view = [...words.keys(), searchParams.get(VIEW)].find((name) => VIEWS.includes(name)) ?? null;
  const given = (name) => words.get(name) ?? searchParams.get(name);
  const number = (name, most) => {
    const value = Number(given(name));
    return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
  };
  const last = hasLessons(state.modelInfo) ? LAST_LESSON : 0;
  const lesson = number(LESSON, last);
  if (lesson === null && given(LESSON) !== null && last)
    say(sentences.no_lesson, "error", { lesson: given(LESSON), last });
  return { view, lesson, beat: number(BEAT, state.modelInfo.blank.codes.length) };
}

function addressOf(view, lesson) {
  const address = new URL(location.href);
  for (const name of [VIEW, LESSON, BEAT]) address.searchParams.delete(name);
  const words = [
    view === FIRST ? [] : [view],
    lesson ? [`${LESSON}=${lesson.number}`] : [],
    lesson?.beat ? [`${BEAT}=${lesson.beat}`] : [],
  ];
  address.hash = words.flat().join("&");
  return address.href;
}

/**
 * The address of a lesson, or of the page for teachers, for others to open.
 * @param {{lesson?: number, beat?: number | null, view?: string}} what
 */
export function addressFor({ lesson, beat = null, view = FIRST }) {
  const address = new URL(addressOf(view, lesson && { number: lesson, beat }));
  address.search = "";
  return address.href;
}

/** @returns {State["lesson"]} the one that is open already, if it is that one */
function lessonNamed(number, beat) {
  if (number === null) return null;
  if (state.lesson?.number === number) return { ...state.lesson, beat: beat ?? state.lesson.beat };
  return { number, beat, before: null, start: null, tries: 0, isGuessing: false, guess: null, outcome: null };
}

/** Show a view and a lesson. When a lesson is left, the settings that stood before it come back. */
function turnTo(view, lesson) {
  const left = lesson?.number === state.lesson?.number ? null : state.lesson;
  update({ view, lesson, settings: left?.before ?? state.settings });
}

function show(view, lesson) {
  window.history.pushState(null, "", addressOf(view, lesson));
  turnTo(view, lesson);
}

/** @param {string} view */
export function openView(view) {
  if (view !== state.view) show(view, state.lesson);
}

/** @param {number} number from 1 on */
export function openLesson(number) {
  if (number !== state.lesson?.number) show(state.view, lessonNamed(number, null));
}

export function closeLesson() {
  if (state.lesson) show(state.view, null);
}

/**
 * Open what the address names, if it names anything, and keep the address true from now on. All else in it
 * stays as it is.
 * @param {string} [otherwise] the view, where the address names none
 */
export function followAddress(otherwise = state.view) {
  const { view, lesson, beat } = namedBy(location.href);
  const opened = lessonNamed(lesson, beat);
  turnTo(view ?? (opened ? FIRST : otherwise), opened);
  window.history.replaceState(null, "", addressOf(state.view, opened));
  addEventListener("popstate", () => {
    const named = namedBy(location.href);
    turnTo(named.view ?? FIRST, lessonNamed(named.lesson, named.beat));
  });
}

/** What is painted in the colours of the theme has to be painted again. */
export const repaint = () => update({ theme: state.theme + 1 });

/** Paper is light: a page in dark colours is printed in light ones. */
export function printInLight() {
  const paper = matchMedia("print");
  let darkened = null; // the element whose class makes the page dark: <body> in Gradio, <html> in plain files
  paper.addEventListener("change", () => {
    if (paper.matches) darkened = document.querySelector(".gradio-container").closest(".dark");
    if (!darkened) return;
    darkened.classList.toggle("dark", !paper.matches);
    repaint();
  });
}
