// How a view comes onto the page, in both editions. Views that are open at first get their scripts at once; the
// scripts of others are loaded when their column is first opened, or once both networks are there: from then on
// the page asks nothing of any server.

import { start } from "./start.js";
import { watch } from "./state/store.js";

const addressOf = (name) => new URL(`views/${name}/${name}.js`, import.meta.url).href;
const names = new Set(); // of the views mounted, or waiting for their column

/**
 * Mount the view of this name on its element. The first call starts the page.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {{text: Record<string, any>, model: string}} page the view's sentences, and under "status" those of the
 *   status line; the address of model.json
 */
export async function mount(element, name, { text, model }) {
  const address = addressOf(name);
  names.add(name);
  start(text.status, model);
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

/** Resolves once the element's column is open: one with the class `off` is not until its view is. */
function opened(element) {
  const closed = element.closest(".off");
  return new Promise((resolve) => {
    watch(["view"], ({ view }) => (!closed || view === closed.id) && resolve(undefined));
  });
}

/** Resolves once the networks, and then the scripts of all views, are there. */
export const allLoaded = new Promise((resolve) => {
  watch(["networks"], ({ networks }) => {
    if (networks.prior.phase !== "ready") return;
    resolve(Promise.allSettled([...names].map((name) => import(addressOf(name)))));
  });
});
