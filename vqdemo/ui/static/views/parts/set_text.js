// Text that is set more often than it changes: what is written anew is laid out, and said, anew, also if it is the
// same.

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
