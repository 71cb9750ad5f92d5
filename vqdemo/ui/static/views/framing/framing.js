// What would become of a picture that the visitor brings: the picture and the digit found on it side by side.
// A frame says what is looked at, ink and ground can be changed round, and the digit is taken or not.

import { SIDE } from "../../drawing/strokes.js";
import { cropPicture, frameWithin, leavePicture, takePicture, turnInk } from "../../state/framing.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { paint } from "../parts/paint.js";
import { followFrame } from "./frame.js";
import { openPasted } from "./paste.js";

export function mount(element, { text }) {
  const dialog = element.querySelector("dialog");
  const part = (selector) => dialog.querySelector(selector);
  const canvas = part(".picture canvas");
  const frame = part(".frame");

  wireButtons(dialog, {
    take: takePicture,
    leave: leavePicture,
    turn: turnInk,
    whole: () => cropPicture(null),
  });
  dialog.addEventListener("cancel", leavePicture);
  dialog.addEventListener("close", leavePicture);
  followFrame(part(".picture"), frame, {
    size: () => state.framing.picture,
    frame: () => state.framing.crop ?? wholeOf(state.framing.picture),
    show: (wanted) => showFrame(frameWithin(state.framing.picture, wanted)),
    set: cropPicture,
  });
  openPasted();

  const wholeOf = ({ width, height }) => [0, 0, width, height];

  /** @param {number[]} wanted */
  function showFrame(wanted) {
    const [left, top, right, bottom] = wanted;
    const { width, height } = state.framing.picture;
    const share = (at, size) => `${(100 * at) / size}%`;
    frame.style.inset = `${share(top, height)} auto auto ${share(left, width)}`;
    frame.style.width = share(right - left, width);
    frame.style.height = share(bottom - top, height);
    return wanted;
  }

  let shown = null; // the picture
  watch(["framing", "theme"], ({ framing }) => {
    if (!framing) {
      shown = null;
      return dialog.close();
    }
    const { picture, crop, found } = framing;
    if (picture !== shown) {
      [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.parentElement.style.setProperty("--ratio", String(picture.width / picture.height));
      canvas.getContext("2d").putImageData(picture, 0, 0);
      shown = picture;
    }
    if (!dialog.open) dialog.showModal();
    showFrame(crop ?? wholeOf(picture));
    paint(part(".result canvas"), found?.image ?? new Uint8Array(SIDE ** 2));
    part(".note").textContent = !found ? text.no_ink : found.several ? text.several : "";
    part("[data-do=take]").disabled = !found;
    part("[data-do=whole]").disabled = !crop;
  });
}
