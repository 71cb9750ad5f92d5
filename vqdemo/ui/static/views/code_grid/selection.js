// Selecting cells, whether by pointer or by keys: a rectangle from the anchor to a cell, or cell by cell.

import { rectangle } from "../../state/grid.js";
import { addOrRemove, select } from "../../state/selection.js";
import { state } from "../../state/store.js";

export function cellSelection(roving) {
  let anchor = 0; // where a rectangle of selected cells began
  return {
    /** Select a cell, or all from the anchor to it. */
    moveTo(cell, extend = false) {
      if (!extend) anchor = cell;
      select(rectangle(anchor, cell, state.modelInfo.grid_shape));
      roving.moveTo(cell);
    },
    addOrRemove(cell, add) {
      anchor = cell;
      roving.moveTo(cell);
      addOrRemove(cell, add);
    },
  };
}
