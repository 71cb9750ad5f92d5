// The static edition's page: each view is mounted with its sentences, and what the page is made of is kept
// for when there is no network. In the other edition Gradio mounts the views (ui/views.py).

import { allLoaded, mount } from "../mounting.js";
import { downloadJSON } from "../networks/download.js";

const linkOf = (id) => /** @type {HTMLLinkElement} */ (document.getElementById(id));
const { href: sentences, dataset } = linkOf("sentences"); // the English ones; translations lie beside them
const translations = new URL(".", sentences).href;
const model = linkOf("model").href;

/** @type {Promise<Record<string, any>>} */
let english;

for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".view"))) {
  const name = element.id.replace(/-view$/, "");
  mount(element, name, {
    async english() {
      english ??= downloadJSON(sentences);
      const text = await english;
      return { ...text[name], status: text.status };
    },
    translations,
    model,
  }).catch(showLost);
}

/** Without sentences there is no page: one that index.html has is shown in its place. */
function showLost(error) {
  console.error(error);
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.textContent = dataset.lost.replace("{address}", sentences);
  document.querySelector("main").replaceChildren(alert);
}

// Nothing is fetched before what the page itself needs. Without storage, as in some iframes, or without
// https, the page works, but not offline.
await allLoaded;
navigator.serviceWorker?.register("service-worker.js").catch(() => {});
