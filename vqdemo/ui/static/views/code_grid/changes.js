// What the visitor changed: how many cells, a mark in each, and a click on the mark restores its cell.

import { changedCells, restoreCells } from "../../state/edits.js";
import { fill } from "../../state/sentence.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { setText } from "../parts/set_text.js";

export function showChanges(grid, count, text) {
  watchGivingWay(["codes", "encoded"], (now) => {
    if (!now.codes) return;
    const changed = changedCells(now).length;
    setText(count, changed ? fill(text.changed, { count: changed, cells: now.codes.length }) : "");
  });

  // Before the grid takes it for the begin of a selection. The mark is there to be clicked while its cell is
  // pointed at (code_grid.css).
  grid.addEventListener(
    "pointerdown",
    (event) => {
      if (!event.target.matches(".edited > i") || event.button > 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      restoreCells([Number(event.target.parentElement.dataset.cell)]);
    },
    { capture: true },
  );
}
