// Text that seldom changes though it is set often: what is written anew is laid out anew, also if it is the same.

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
