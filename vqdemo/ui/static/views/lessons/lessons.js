// The lessons: a button in the page's first line, and a bar that is there while a lesson is open. What moves
// the bar (bar.js) is loaded when the first lesson is opened, or once the networks are there.

import { say } from "../../state/message.js";
import { untilReady } from "../../state/networks.js";
import { closeLesson, hasLessons, openLesson } from "../../state/page.js";
import { state, watch } from "../../state/store.js";

export function mount(element, { text }) {
  const button = element.querySelector("[data-do=lessons]");
  const section = element.querySelector("#lesson");
  let last = 1; // the lesson that was open last
  let shown = null;

  button.addEventListener("click", () => (state.lesson ? closeLesson() : openLesson(last)));
  watch(["modelInfo", "lesson"], ({ modelInfo, lesson }) => {
    if (!modelInfo) return;
    button.hidden = !hasLessons(modelInfo);
    last = lesson?.number ?? last;
    if (lesson) shown ??= show();
    section.hidden = !lesson;
    button.ariaExpanded = String(Boolean(lesson));
  });
  untilReady("prior")
    .then(() => import("./bar.js"))
    .catch(console.error); // told when it is opened

  async function show() {
    try {
      const { showLesson } = await import("./bar.js");
      showLesson(section, text);
    } catch {
      section.hidden = true;
      shown = null; // the next one that is opened is another try
      say(text.status.no_script, "error", { address: new URL("bar.js", import.meta.url).href });
    }
  }
}
