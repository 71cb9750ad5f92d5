// A QR code as a picture: dark on light in every theme, since not all cameras read the opposite.

import { qrCode } from "../../drawing/qr.js";

const MARGIN = 4; // light modules around it, which readers need

/**
 * Show the QR code of an address in an <img>; no picture of one that is too long for it.
 * @param {HTMLImageElement} img @param {string} address @param {string} name what it is called
 */
export function depictQr(img, address, name) {
  img.alt = name;
  try {
    img.src = pictureOf(qrCode(address));
    img.hidden = false;
  } catch {
    img.hidden = true;
  }
}

/** @param {boolean[][]} symbol */
function pictureOf(symbol) {
  const side = symbol.length + 2 * MARGIN;
  const dark = symbol.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x + MARGIN} ${y + MARGIN}h1v1h-1z`] : [])),
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${side}v${side}h-${side}z"/><path d="${dark.join("")}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
