// What can be put into cells (what-if, palette) is a sheet at the foot of a phone, with a small
// reconstruction beside it, as long as cells are chosen. Elsewhere it stands on the page, and nothing here is
// seen.

import { select } from "../../state/selection.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { showReconstruction } from "../parts/reconstruction_board.js";

const PHONE = matchMedia("(max-width: 639px)"); // as in styles/bench.css

export function mount(element) {
  const sheet = document.getElementById("sheet"); // the column of the page that this part stands in
  const grid = document.getElementById("code-grid");
  showReconstruction(element.querySelector(".mini"));
  wireButtons(element, { close: () => select([]) });

  let chosen = state.selected; // when the sheet last came or was left as it is
  let isHeld = false; // by a finger that may still choose cells: nothing moves under it
  function show() {
    if (isHeld) return;
    const wasOpen = sheet.classList.contains("open");
    const isOpen = state.selected.size > 0;
    sheet.classList.toggle("open", isOpen);
    sheet.inert = PHONE.matches && !isOpen;
    if (PHONE.matches && isOpen && !wasOpen) grid.scrollIntoView({ block: "nearest" });
    if (state.selected !== chosen) sheet.scrollTo(0, 0);
    chosen = state.selected;
  }
  watch(["selected"], show);
  PHONE.addEventListener("change", show);
  for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
    const listener = () => {
      isHeld = kind === "pointerdown";
      show();
    };
    document.addEventListener(kind, listener, true);
  }
}
