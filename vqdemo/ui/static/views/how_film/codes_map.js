// The codebook as a map: each code's tile where its vector lies, those of the visitor's drawing framed. From
// one moment to the next the tiles glide, unless the visitor wants no motion.

import { state, watch } from "../../state/store.js";
import { colour, paint } from "../parts/paint.js";

const DURATION = 450; // ms
const TILE = 0.05; // of the map's side

/** @param {HTMLCanvasElement} canvas */
export function codesMap(canvas) {
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  let tiles = []; // by code, in the colours of the theme
  let shown = null; // by code: [x, y], as it is on the canvas now
  let framed = new Set();
  let frame = 0;

  watch(["theme"], () => (tiles = []));
  new ResizeObserver(() => draw()).observe(canvas);

  function draw() {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    if (!shown) return;
    if (!tiles.length)
      tiles = state.modelInfo.tiles.map((tile) => {
        const made = document.createElement("canvas");
        paint(made, tile);
        return made;
      });
    const [plain, accent] = ["--line-strong", "--accent"].map((name) => `rgb(${colour(name)})`);
    const size = side * TILE;
    const codes = [...shown.keys()].sort((a, b) => Number(framed.has(a)) - Number(framed.has(b)));
    for (const code of codes) {
      const [x, y] = shown[code].map((at) => at * (side - size));
      context.drawImage(tiles[code], x, y, size, size);
      context.strokeStyle = framed.has(code) ? accent : plain;
      context.lineWidth = (framed.has(code) ? 2 : 0.75) * devicePixelRatio;
      context.strokeRect(x, y, size, size);
    }
  }

  return {
    /**
     * @param {[number, number][] | null} places by code, 0 to 1; null: there is no codebook
     * @param {Set<number>} codes that are framed
     * @param {boolean} glides whether tiles glide to their places
     */
    show(places, codes, glides) {
      cancelAnimationFrame(frame);
      framed = codes;
      const from = shown;
      if (!glides || stillness.matches || !from || !places) {
        shown = places;
        return draw();
      }
      const started = performance.now();
      const glide = (now) => {
        const part = Math.min(1, Math.max(0, (now - started) / DURATION));
        const eased = part * (2 - part);
        shown = places.map(([x, y], code) => {
          const [x0, y0] = from[code];
          return [x0 + eased * (x - x0), y0 + eased * (y - y0)];
        });
        draw();
        if (part < 1) frame = requestAnimationFrame(glide);
      };
      frame = requestAnimationFrame(glide);
    },
  };
}
