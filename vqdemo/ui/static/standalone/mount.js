// The static edition's page: each view gets its sentences and its script, the page starts, and what it is
// made of is kept for when there is no network. In the other edition Gradio mounts the views (ui/views.py).

import { start } from "../start.js";
import { watch } from "../state/store.js";

const addressOf = (id) => /** @type {HTMLLinkElement} */ (document.getElementById(id)).href;

const sentences = await (await fetch(addressOf("sentences"))).json();

async function mount(element) {
  const name = element.id.replace(/-view$/, "");
  const address = new URL(`../views/${name}/${name}.js`, import.meta.url).href;
  try {
    const view = await import(address);
    view.mount(element, { text: { ...sentences[name], status: sentences.status } });
  } catch (error) {
    element.textContent = sentences.status.no_script.replace("{address}", address);
    element.setAttribute("role", "alert");
    console.error(error);
  }
}

await Promise.all([...document.querySelectorAll(".view")].map(mount));
start(sentences.status, addressOf("model"));

// Once the prior has come, so that nothing is fetched before it. Without storage, as in some iframes, or
// without https, the page works, but not offline.
let asked = false;
watch(["networks"], ({ networks }) => {
  if (asked || networks.prior.phase !== "ready") return;
  asked = true;
  keepForOffline().catch(() => {});
});

const keepForOffline = async () => navigator.serviceWorker.register("service-worker.js");
