// The button that copies the text of the field beside it, and says so until their panel is opened anew.

import { say } from "../../state/message.js";

/**
 * @param {HTMLElement} panel a popover with both
 * @param {{copy: string, copied: string, copy_yourself: string}} text
 */
export function wireCopyButton(panel, text) {
  const field = /** @type {HTMLInputElement} */ (panel.querySelector("input[readonly]"));
  const button = panel.querySelector("[data-do=copy]");
  panel.addEventListener("beforetoggle", () => (button.textContent = text.copy));
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = text.copied;
    } catch {
      say(text.copy_yourself); // it is selected
    }
  });
}
