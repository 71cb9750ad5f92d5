// Where the page starts, and the only place that knows of everything: the link that led here is opened, else
// the last work kept on this machine, else an example is shown.

import { rasterise } from "./drawing/strokes.js";
import { connect, decode, describe, encode } from "./networks/client.js";
import "./state/belief.js";
import "./state/bits.js";
import { setSettings, showAlternatives } from "./state/completions.js";
import { openGrid } from "./state/edits.js";
import "./state/ghost.js";
import { sameCodes, UNKNOWN, withoutUnknown } from "./state/grid.js";
import "./state/insight.js";
import { readLink, withoutLink } from "./state/link.js";
import { say, sayError, sentences, setSentences } from "./state/message.js";
import { setModel } from "./state/model.js";
import { showNetwork } from "./state/networks.js";
import { followAddress, openView, printInLight, repaint, viewNamed } from "./state/page.js";
import { keepSaving, restoreSession } from "./state/session.js";
import { findWork } from "./state/storage.js";
import { state } from "./state/store.js";

let started = false;

/**
 * Every view calls this with the sentences of the status line and the address of model.json; the first call
 * starts the page.
 */
export function start(texts, address) {
  if (started) return;
  started = true;
  setSentences(texts);
  connect(texts, showNetwork);
  const kept = findWork();
  printInLight();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    setTimeout(repaint); // once the page itself has changed
  });
  Promise.all([describe(address), kept])
    .then(([modelInfo, work]) => open(modelInfo, work))
    .catch(sayError);
}

async function open(modelInfo, work) {
  setModel(modelInfo);
  restoreSession(modelInfo, work);
  keepSaving();
  const link = readLink(location.href, modelInfo);
  const view = viewNamed(location.href) ?? "bench";
  const forget = () => {
    window.history.replaceState(null, "", withoutLink(location.href)); // a reload comes back to the work
    followAddress();
  };
  if (!link) return forget();
  const faults = [...link.faults, ...(link.otherModel ? [sentences.other_model] : [])].join(" ");
  if (faults) say(faults, link.faults.length ? "error" : "note");
  if (!link.codes) return forget();
  const { codes: before, drawing } = state;
  const [image] = await decode([withoutUnknown(link.codes, modelInfo)]);
  const drawn = link.drawing && {
    drawing: link.drawing,
    encoded: (await encode(rasterise(link.drawing))).codes,
  };
  if (state.codes !== before || state.drawing !== drawing) return say(sentences.changed_meanwhile);
  forget();
  openGrid(link.codes, image, drawn ?? undefined);
  setSettings(link.settings);
  openView(view);
  if (faults) say(faults, link.faults.length ? "error" : "note");
  if (link.question?.includes(UNKNOWN)) {
    await showAlternatives(link.question, sameCodes(link.question, link.codes));
  }
}
