// The code grid: each cell shows its code over the tile that it stands for (cells.js). Cells are selected by
// pointer and keys, and edited by keys and buttons; the surprise map tints them (surprise.js). Below stands
// how many codes the digit needs (count.js).

import { erase, restoreCodes, writeCode } from "../../state/edits.js";
import { cellsOfPart } from "../../state/grid.js";
import { state } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { wireHistoryButtons } from "../parts/history_buttons.js";
import { showReconstruction } from "../parts/reconstruction_board.js";
import { rovingFocus } from "../parts/roving_focus.js";
import { showCells } from "./cells.js";
import { showChanges } from "./changes.js";
import { showCount } from "./count.js";
import { editByKeys } from "./keys.js";
import { numberEntry } from "./number_entry.js";
import { selectByPointer } from "./pointer.js";
import { cellSelection } from "./selection.js";
import { mountSurprise } from "./surprise.js";

export function mount(element, { text }) {
  const grid = element.querySelector("#code-grid");
  const roving = rovingFocus({ preventScroll: true });
  const selection = cellSelection(roving);
  const entry = numberEntry(writeCode);
  showChanges(grid, element.querySelector(".changed"), text);
  selectByPointer(grid, roving, selection, entry);
  editByKeys(grid, roving, selection, entry);
  showReconstruction(element.querySelector(".mini"));
  showCells(grid, text, roving, entry);
  mountSurprise(element, text);
  showCount(element.querySelector(".count"), text);

  wireHistoryButtons(element);
  wireButtons(element, { erase, restore: restoreCodes });
  for (const button of element.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () =>
      erase(cellsOfPart(button.dataset.preset, state.modelInfo.grid_shape)),
    );
  }
}
