// Save and share: a link that brings back the same work, files to keep, and a file to go on from.

import * as exports from "../../state/exports.js";
import { openJSON, toJSON, toText } from "../../state/files.js";
import { conditionalsNow } from "../../state/insight.js";
import { linkTo } from "../../state/link.js";
import { say, sayError } from "../../state/message.js";
import { forgetWork } from "../../state/session.js";
import { canKeep } from "../../state/storage.js";
import { state } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { wireCopyButton } from "../parts/copy_button.js";
import { paint } from "../parts/paint.js";

const TYPES = { json: "application/json", csv: "text/csv" };
const PNG_SCALE = 20; // pixels of the PNG for one of the image

export function mount(element, { text }) {
  const panel = element.querySelector("#share");
  const linkField = panel.querySelector("input[readonly]");
  const fileField = panel.querySelector("input[type=file]");
  const forgetButton = panel.querySelector("[data-do=forget]");
  if (!canKeep()) panel.querySelector(".kept").textContent = text.kept_not;
  forgetButton.hidden = !canKeep();

  panel.addEventListener("beforetoggle", () => {
    if (state.modelInfo) {
      const { href, hasStrokes } = linkTo(state, location.href);
      linkField.value = href;
      panel.querySelector(".says").textContent = hasStrokes ? text.link_help : text.link_without_strokes;
    }
    forgetButton.textContent = text.forget;
  });
  wireCopyButton(panel, text);

  /** Of the grid that the other files have: a completion that is not kept is in none. */
  function savePNG() {
    const [small, large] = [document.createElement("canvas"), document.createElement("canvas")];
    paint(small, state.image);
    large.width = large.height = small.width * PNG_SCALE;
    const surface = large.getContext("2d");
    surface.imageSmoothingEnabled = false;
    surface.drawImage(small, 0, 0, large.width, large.height);
    large.toBlob((blob) => download("digit.png", "image/png", blob));
  }

  function saveAlternatives(write, type) {
    if (!state.alternatives?.list.length) return say(text.no_alternatives);
    download(`alternatives.${type}`, TYPES[type], write(state));
  }

  async function saveConditionals(write, type) {
    try {
      const { codes, probabilities, label } = await conditionalsNow();
      const work = { ...state, codes };
      download(`conditionals.${type}`, TYPES[type], write(work, probabilities, label));
    } catch (error) {
      sayError(error);
    }
  }

  /** The second click is the one that counts. */
  function forget() {
    if (forgetButton.textContent !== text.forget_sure)
      return void (forgetButton.textContent = text.forget_sure);
    forgetWork();
    panel.hidePopover();
  }

  wireButtons(panel, {
    forget,
    "alternatives-json": () => saveAlternatives(exports.alternativesToJSON, "json"),
    "alternatives-csv": () => saveAlternatives(exports.alternativesToCSV, "csv"),
    "conditionals-json": () => saveConditionals(exports.conditionalsToJSON, "json"),
    "conditionals-csv": () => saveConditionals(exports.conditionalsToCSV, "csv"),
    png: savePNG,
    json: () => download("codes.json", "application/json", toJSON(state)),
    text: () => download("codes.txt", "text/plain", toText(state)),
    load: () => fileField.click(),
  });
  fileField.addEventListener("change", async () => {
    const [chosen] = fileField.files;
    fileField.value = ""; // so that the same file can be chosen again
    if (chosen && (await openJSON(chosen))) panel.hidePopover();
  });
}

function download(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
