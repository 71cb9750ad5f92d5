// The page around the work: which view is open, and its colours.

import { state, update } from "./store.js";

/** @param {string} view */
export const openView = (view) => update({ view });

/** What is painted in the colours of the theme has to be painted again. */
export const repaint = () => update({ theme: state.theme + 1 });
