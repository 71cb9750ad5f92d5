// Save and share: a link that brings back the same work, files to keep, and a file to go on from.

import * as bench from "../../state/edits.js";
import { paint } from "../../drawing/strokes.js";
import * as keep from "../../state/session.js";
import { state } from "../../state/store.js";

const ENLARGED = 20; // pixels of the PNG for one of the picture

export function mount(element, props) {
  const { text } = props;
  bench.start(text.status);
  const panel = element.querySelector("#share");
  const field = panel.querySelector("input[readonly]");
  const file = panel.querySelector("input[type=file]");
  const copy = panel.querySelector("[data-do=copy]");

  panel.addEventListener("beforetoggle", () => {
    if (state.about) field.value = keep.link();
    copy.textContent = text.copy;
  });
  field.addEventListener("focus", () => field.select());

  const deeds = {
    async copy() {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        copy.textContent = text.copied;
      } catch {
        bench.say(text.copy_yourself); // the field is selected
      }
    },
    json: () => download("codes.json", "application/json", keep.asJSON()),
    text: () => download("codes.txt", "text/plain", keep.asText()),
    load: () => file.click(),
    png() {
      const [small, large] = [document.createElement("canvas"), document.createElement("canvas")];
      paint(small, state.image);
      large.width = large.height = small.width * ENLARGED;
      const surface = large.getContext("2d");
      surface.imageSmoothingEnabled = false;
      surface.drawImage(small, 0, 0, large.width, large.height);
      large.toBlob((blob) => download("digit.png", "image/png", blob));
    },
  };
  for (const button of panel.querySelectorAll("[data-do]")) {
    button.addEventListener("click", deeds[button.dataset.do]);
  }
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = ""; // so that the same file can be chosen again
    if (chosen && (await bench.importFile(chosen))) panel.hidePopover();
  });

  function download(name, type, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
