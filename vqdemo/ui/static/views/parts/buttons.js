// Buttons named by what they do: <button data-do="clear">.

/** Call `actions[name]` at a click on the button of that name. */
export function wireButtons(element, actions) {
  for (const [name, action] of Object.entries(actions)) {
    element.querySelector(`[data-do=${name}]`).addEventListener("click", () => action());
  }
}
