// Where the page starts, and the only place that knows of everything: the link that led here is opened, else
// the work that was saved in this tab, else an example is shown.

import { connect, decode, describe } from "./networks/client.js";
import { setSettings, showAlternatives } from "./state/completions.js";
import { openGrid } from "./state/edits.js";
import { withoutUnknown } from "./state/grid.js";
import "./state/insight.js";
import { readLink, withoutLink } from "./state/link.js";
import { say, sentences, setSentences } from "./state/message.js";
import { setModel } from "./state/model.js";
import { openView, repaint } from "./state/page.js";
import { keepSaving, restoreSession } from "./state/session.js";

let started = false;

/** Every view calls this with the sentences of the status line; the first call starts the page. */
export function start(texts) {
  if (started) return;
  started = true;
  setSentences(texts);
  connect(texts);
  keepSaving();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    setTimeout(repaint); // once the page itself has changed
  });
  describe()
    .then(open)
    .catch(() => say(sentences.no_model, "error"));
}

async function open(modelInfo) {
  let link = null;
  let fault = null;
  try {
    link = readLink(location.href, modelInfo);
  } catch (error) {
    fault = error;
  }
  const images = link && (await decode([withoutUnknown(link.codes, modelInfo)]));
  setModel(modelInfo);
  restoreSession(modelInfo);
  window.history.replaceState(null, "", withoutLink(location.href)); // a reload comes back to the work
  if (fault) say(fault.message, "error");
  if (!link) return;
  openGrid(link.codes, images[0]);
  setSettings(link.settings);
  openView("bench");
  if (link.otherModel) say(sentences.other_model);
  if (link.question) await showAlternatives(link.question);
}
