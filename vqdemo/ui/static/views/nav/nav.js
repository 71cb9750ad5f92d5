// Which part of the page is open. Each is a column of the page whose id is the view's name; layout.css hides
// those with the class `off`.

import { openView, VIEWS } from "../../state/page.js";
import { watch } from "../../state/store.js";

export function mount(element) {
  const buttons = [...element.querySelectorAll("[data-view]")];
  for (const button of buttons) button.addEventListener("click", () => openView(button.dataset.view));
  watch(["view"], ({ view }) => {
    if (!VIEWS.includes(view)) return openView("bench"); // of an older page
    for (const button of buttons) button.ariaCurrent = button.dataset.view === view ? "page" : null;
    for (const name of VIEWS) document.getElementById(name)?.classList.toggle("off", name !== view);
  });
}
