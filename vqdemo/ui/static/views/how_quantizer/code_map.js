// The map of the codes with a dot for each cell with ink, which moves to the code that is nearest to its z
// while the visitor draws. Where it stands on the code's tile is where its cell stands in the grid.

import { placeOf } from "../../state/grid.js";
import { watch } from "../../state/store.js";
import { depict, picture } from "../parts/paint.js";

const MARGIN = 4; // percent of the map that is left free at its borders
const SPREAD = 0.7; // of a tile: what the dots on it take up

export function showCodeMap(map) {
  let tiles = []; // by code
  let dots = []; // by cell
  let size = 0; // of a tile, in percent of the map

  const along = (part) => MARGIN + size / 2 + (100 - 2 * MARGIN - size) * part;

  function build({ map: places, tiles: pictures, blank }) {
    size = ((100 - 2 * MARGIN) / Math.ceil(Math.sqrt(places.length))) * 0.92;
    map.style.setProperty("--size", `${size}cqi`);
    tiles = pictures.map((_, code) => {
      const tile = picture();
      [tile.style.left, tile.style.top] = places[code].map((at) => `${along(at)}%`);
      return tile;
    });
    dots = blank.codes.map(() => Object.assign(document.createElement("i"), { hidden: true }));
    map.append(...tiles, ...dots);
  }

  watch(["modelInfo", "view", "theme"], ({ modelInfo, view }) => {
    if (!modelInfo || view !== "how") return;
    if (!tiles.length) build(modelInfo);
    tiles.forEach((tile, code) => depict(tile, modelInfo.tiles[code]));
  });

  watch(["modelInfo", "view", "encoding", "opened"], ({ modelInfo, view, encoding, opened }) => {
    if (!modelInfo || view !== "how" || !encoding) return;
    const { background, grid_shape, map: places } = modelInfo;
    const used = new Set(encoding.codes);
    tiles.forEach((tile, code) => tile.classList.toggle("used", code !== background && used.has(code)));
    dots.forEach((dot, cell) => {
      const code = encoding.codes[cell];
      dot.hidden = code === background;
      dot.classList.toggle("opened", cell === opened);
      if (dot.hidden) return;
      const [row, column] = placeOf(cell, grid_shape[1]);
      const inTile = [column / (grid_shape[1] - 1), row / (grid_shape[0] - 1)].map(
        (part) => (part - 0.5) * size * SPREAD,
      );
      const [x, y] = places[code].map((at, axis) => along(at) + inTile[axis]);
      dot.style.transform = `translate(${x}cqi, ${y}cqi)`;
    });
  });
}
