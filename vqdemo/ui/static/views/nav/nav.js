// Which part of the page is open. Each is a column of the page whose id is the view's name; page.css hides those with the
// class `off`.

import { start } from "../../state/edits.js";
import { update, watch } from "../../state/store.js";

export function mount(element, props) {
  start(props.text.status);
  const buttons = [...element.querySelectorAll("[data-view]")];
  for (const button of buttons) {
    button.addEventListener("click", () => update({ view: button.dataset.view }));
  }
  watch(["view"], ({ view }) => {
    for (const button of buttons) {
      const open = button.dataset.view === view;
      button.ariaCurrent = open ? "page" : null;
      document.getElementById(button.dataset.view)?.classList.toggle("off", !open);
    }
  });
}
