// Which part of the page is open. Each is a column of the page whose id is the view's name; page.css hides
// those with the class `off`.

import { openView } from "../../state/page.js";
import { watch } from "../../state/store.js";

export function mount(element) {
  const buttons = [...element.querySelectorAll("[data-view]")];
  for (const button of buttons) button.addEventListener("click", () => openView(button.dataset.view));
  watch(["view"], ({ view }) => {
    for (const button of buttons) {
      const open = button.dataset.view === view;
      button.ariaCurrent = open ? "page" : null;
      document.getElementById(button.dataset.view)?.classList.toggle("off", !open);
    }
  });
}
