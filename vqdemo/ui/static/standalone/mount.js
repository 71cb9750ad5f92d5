// The static edition's page: each view is mounted with its sentences, and what the page is made of is kept
// for when there is no network. In the other edition Gradio mounts the views (ui/views.py).

import { allLoaded, mount } from "../mounting.js";

const addressOf = (id) => /** @type {HTMLLinkElement} */ (document.getElementById(id)).href;
const sentences = addressOf("sentences"); // the English ones; translations lie beside them
const translations = new URL(".", sentences).href;
const model = addressOf("model");

/** @type {Promise<Record<string, any>>} */
let english;

for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".view"))) {
  const name = element.id.replace(/-view$/, "");
  mount(element, name, {
    async english() {
      english ??= fetch(sentences).then((reply) => reply.json());
      const text = await english;
      return { ...text[name], status: text.status };
    },
    translations,
    model,
  });
}

// Nothing is fetched before what the page itself needs. Without storage, as in some iframes, or without
// https, the page works, but not offline.
await allLoaded;
navigator.serviceWorker?.register("service-worker.js").catch(() => {});
