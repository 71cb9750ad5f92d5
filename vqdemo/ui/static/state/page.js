// The page around the work: which view is open, and its colours. Each view has an address (#samples, or
// ?view=samples where a frame passes on only queries), and the browser's Back goes back to the one before.

import { state, update } from "./store.js";

const [FIRST, ...OTHERS] = ["bench", "samples", "graft", "codebook", "how"];
const PARAMETER = "view";

/** The view that an address names, or null. */
function viewOf(address) {
  const { hash, searchParams } = new URL(address);
  const named = [hash.slice(1), searchParams.get(PARAMETER)];
  return named.find((name) => name === FIRST || OTHERS.includes(name)) ?? null;
}

function addressOf(view) {
  const address = new URL(location.href);
  address.searchParams.delete(PARAMETER);
  address.hash = view === FIRST ? "" : view;
  return address.href;
}

/** @param {string} view */
export function openView(view) {
  if (view === state.view) return;
  window.history.pushState(null, "", addressOf(view));
  update({ view });
}

/** Open the view that the address names, if it names one, and keep the address true from now on. */
export function followAddress() {
  update({ view: viewOf(location.href) ?? state.view });
  window.history.replaceState(null, "", addressOf(state.view));
  addEventListener("popstate", () => update({ view: viewOf(location.href) ?? FIRST }));
}

/** What is painted in the colours of the theme has to be painted again. */
export const repaint = () => update({ theme: state.theme + 1 });

/** Paper is light: a page in dark colours is printed in light ones. */
export function printInLight() {
  const paper = matchMedia("print");
  let wasDark = false;
  paper.addEventListener("change", () => {
    const { classList } = document.body;
    if (paper.matches) wasDark = classList.contains("dark");
    if (!wasDark) return;
    classList.toggle("dark", !paper.matches);
    repaint();
  });
}
