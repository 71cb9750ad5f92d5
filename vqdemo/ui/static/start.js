// Where the page starts, and the only place that knows of everything: the link that led here is opened, else
// the last work kept on this machine, else an example is shown.

import { connect, describe } from "./networks/client.js";
import "./state/belief.js";
import "./state/bits.js";
import { completeAgain, setSettings, showAlternatives } from "./state/completions.js";
import "./state/ghost.js";
import { sameCodes, UNKNOWN } from "./state/grid.js";
import { stepsTaken } from "./state/history.js";
import "./state/insight.js";
import { readLink, withoutLink } from "./state/link.js";
import { say, sayError, sentences, setSentences } from "./state/message.js";
import { setModel } from "./state/model.js";
import { showNetwork, untilReady } from "./state/networks.js";
import { openCodes } from "./state/opening.js";
import { FIRST, followAddress, printInLight, repaint } from "./state/page.js";
import { keepSaving, restoreSession } from "./state/session.js";
import { findWork } from "./state/storage.js";

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
  const wasCompleting = restoreSession(modelInfo, work);
  keepSaving();
  const since = stepsTaken();
  const link = readLink(location.href, modelInfo);
  followAddress(link?.codes ? FIRST : undefined);
  /** A reload comes back to the work. */
  const forget = () => window.history.replaceState(null, "", withoutLink(location.href));
  if (!link) {
    forget();
    if (wasCompleting) await completeAgain();
    return;
  }
  const faults = [...link.faults, ...(link.otherModel ? [sentences.other_model] : [])].join(" ");
  const tell = () => faults && say(faults, link.faults.length ? "error" : "note");
  tell();
  if (!link.codes) return forget();
  await untilReady("vqvae"); // it may come at a second try only
  const isOpen = await openCodes(link.codes, { drawing: link.drawing, since });
  forget();
  if (!isOpen) return;
  setSettings(link.settings);
  tell();
  if (link.question?.includes(UNKNOWN)) {
    await showAlternatives(link.question, sameCodes(link.question, link.codes));
  }
}
