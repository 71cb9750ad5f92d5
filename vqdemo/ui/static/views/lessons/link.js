// The link to the open lesson, as text and as a QR code. With a score it challenges whoever opens it.

import { LESSONS } from "../../state/lessons.js";
import { addressFor } from "../../state/page.js";
import { fill } from "../../state/sentence.js";
import { state } from "../../state/store.js";
import { wireCopyButton } from "../parts/copy_button.js";
import { depictQr } from "../parts/qr_picture.js";

export function showLink(section, text) {
  const panel = section.querySelector("#lesson-link");
  const field = panel.querySelector("input");

  panel.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    const { number } = state.lesson;
    const { name } = LESSONS[number - 1];
    const score = state.solved[name] ?? null;
    const { title, challenge } = text.tasks[name];
    const sentence = score === null ? title : fill(challenge, { score });
    const href = addressFor({ lesson: number, beat: score });
    field.value = score === null ? href : `${sentence} ${href}`;
    panel.querySelector(".challenge").textContent = sentence;
    depictQr(panel.querySelector(".qr"), href, fill(text.qr, { address: href }));
  });
  wireCopyButton(panel, text);
}
