// How a view comes onto the page, in both editions. It stands there in English; where the page is in another
// language, its translation takes that place first. Views that are open at first get their scripts at once;
// the scripts of others are loaded when their column is first opened, or once both networks are there: from
// then on the page asks nothing of any server. Until its script is there a view is inert: no button of it can
// be pressed in vain.

import { downloadJSON } from "./networks/download.js";
import { start } from "./start.js";
import { isRightToLeft, language, SOURCE } from "./state/language.js";
import { say } from "./state/message.js";
import { untilReady } from "./state/networks.js";
import { until } from "./state/store.js";

const addressOf = (name) => new URL(`views/${name}/${name}.js`, import.meta.url).href;
const names = new Set(); // of the views mounted, or waiting for their column

/** @typedef {Record<string, any>} Sentences */

/**
 * Mount the view of this name on its element. The first call starts the page.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {object} page
 * @param {() => Promise<Sentences> | Sentences} page.english the view's sentences, and under "status" those
 *   of the status line; where they are not to be had, the promise that is returned is rejected
 * @param {string} page.translations what the addresses of all translations begin with
 * @param {string} page.model address of model.json
 */
export async function mount(element, name, page) {
  element.inert = true;
  try {
    await show(element, name, page);
  } finally {
    element.inert = false;
  }
}

async function show(element, name, { english, translations, model }) {
  const address = addressOf(name);
  names.add(name);
  const text = (await translate(element, name, translations)) ?? (await english());
  start(text.status, model);
  if (lost) say(text.status.no_script, "error", { address: lost });
  lost = null;
  await opened(element);
  try {
    const view = await import(address);
    view.mount(element, { text });
  } catch (error) {
    element.textContent = text.status.no_script.replace("{address}", address);
    element.setAttribute("role", "alert");
    console.error(error);
  }
}

/** @type {Promise<{text: Sentences, html: Record<string, string>} | null>} html: of each view by its name */
let translation;
let lost = null; // the address of a translation that is not to be had, until it is told

/** Puts the view into the page's language; gives its sentences, or null where it stays English. */
async function translate(element, name, translations) {
  if (language !== SOURCE) translation ??= read(`${translations}${language}.json`);
  const translated = await translation;
  if (translated) element.innerHTML = translated.html[name];
  element.lang = translated ? language : SOURCE;
  element.dir = translated && isRightToLeft ? "rtl" : "ltr"; // Gradio's blocks say ltr
  element.style.visibility = "";
  return translated ? { ...translated.text[name], status: translated.text.status } : null;
}

async function read(address) {
  try {
    return await downloadJSON(address);
  } catch (error) {
    console.error(error); // English is better than nothing
    lost = address;
    return null;
  }
}

/** Resolves once the element's column is open: one with the class `off` is not until its view is. */
function opened(element) {
  const closed = element.closest(".off");
  return until(["view"], ({ view }) => !closed || view === closed.id);
}

/** Resolves once the networks, and then the scripts of all views, are there. */
export const allLoaded = untilReady("prior").then(() =>
  Promise.allSettled([...names].map((name) => import(addressOf(name)))),
);
