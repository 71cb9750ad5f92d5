// What the visitor points at, with mouse, finger or keys: {cell: index} or {code: number}. Mouse and focus both point (a tap
// gives the focus); the one that moved last counts, and where it rests on nothing, the other.

import { update } from "./store.js";

let hovered = null;
let focused = null;

export function hover(what) {
  hovered = what;
  update({ pointed: what ?? focused });
}

export function focus(what) {
  focused = what;
  update({ pointed: what ?? hovered });
}
