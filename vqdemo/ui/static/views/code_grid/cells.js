// The cells as they are shown: number and tile of each code, nothing where it is blank, and whether it is
// unknown, edited, sampled, selected or pointed at.

import { placeOf, UNKNOWN } from "../../state/grid.js";
import { currentCell, shownCodes } from "../../state/preview.js";
import { pointedCells } from "../../state/selection.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { watchGivingWay } from "../parts/giving_way.js";
import { cropToMiddle, depict, picture } from "../parts/paint.js";
import { tileInWords } from "../parts/tile_words.js";

const TILE_SIDE = 6; // pixels of a tile that a cell shows, each way: its own 4x4 and a rim

export function showCells(grid, text, roving, entry) {
  let cells = []; // row by row
  let columns = 0;
  let tiles = []; // by code: the picture that its cells show
  const looks = []; // by cell: all that it shows, as one string

  function build(modelInfo) {
    columns = modelInfo.grid_shape[1];
    const make = (role, parent) => {
      const node = document.createElement("div");
      node.setAttribute("role", role);
      parent.append(node);
      return node;
    };
    for (let r = 0; r < modelInfo.grid_shape[0]; r++) {
      const row = make("row", grid);
      for (let c = 0; c < columns; c++) {
        const cell = make("gridcell", row);
        cell.append(picture(), document.createElement("i"), document.createElement("span"));
        cell.dataset.cell = String(r * columns + c);
        cells.push(cell);
      }
    }
    tiles = modelInfo.tiles.map((tile) => cropToMiddle(tile, TILE_SIDE));
    roving.over(cells);
  }

  function show(now) {
    const { modelInfo, codes, encoded, selected, preview } = now;
    if (!modelInfo) return;
    if (!cells.length) build(modelInfo);
    const pointed = pointedCells(now);
    shownCodes(now).forEach((code, i) => {
      const [unknown, blank] = [code === UNKNOWN, code === modelInfo.background];
      const typing = entry.typed !== "" && i === roving.current;
      const edited = Boolean(encoded) && code !== encoded[i];
      const sampled = !unknown && preview?.question[i] === UNKNOWN;
      const current = sampled && i === currentCell(preview);
      const look = [
        code,
        codes[i],
        typing && entry.typed,
        edited,
        sampled,
        current,
        pointed.has(i),
        selected.has(i),
      ].join();
      if (look === looks[i]) return; // most cells stay as they are, and a frame is the faster for it
      looks[i] = look;
      const cell = cells[i];
      cell.lastChild.textContent = typing ? entry.typed : unknown ? text.unknown : blank ? "" : code;
      cell.classList.toggle("typing", typing);
      cell.classList.toggle("unknown", unknown);
      cell.classList.toggle("blank", blank);
      cell.classList.toggle("edited", edited);
      cell.classList.toggle("imagined", sampled);
      cell.classList.toggle("current", current);
      cell.classList.toggle("linked", pointed.has(i));
      cell.dataset.code = codes[i];
      cell.ariaSelected = String(selected.has(i));
      const [row, column] = placeOf(i, columns);
      const name = unknown ? text.cell_unknown : blank ? text.cell_blank : text.cell;
      cell.ariaLabel = fill(name, {
        row: row + 1,
        column: column + 1,
        code,
        look: blank || unknown ? "" : tileInWords(modelInfo.tiles[code]),
      });
      depict(cell.firstChild, unknown || blank ? null : tiles[code]);
    });
  }
  entry.onChange(() => show(state));
  watchGivingWay(["modelInfo", "codes", "encoded", "selected", "pointed", "preview"], show);
  watch(["theme"], (now) => {
    looks.length = 0;
    show(now);
  });
  watch(["modelInfo", "theme"], () => {
    for (const tile of tiles) depict(picture(), tile); // now rather than when a stroke first needs it
  });
}
