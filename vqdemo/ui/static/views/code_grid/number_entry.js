// A number typed digit by digit. It is written when it has as many digits as the largest code, at Enter, when
// the typing rests, or when something else is done.

import { state } from "../../state/store.js";

const TYPING_PAUSE = 1200; // ms after which a half-typed number counts as meant

export function numberEntry(write) {
  let typed = "";
  let timer;
  let changed = () => {};

  function end(isMeant) {
    clearTimeout(timer);
    const number = typed;
    typed = "";
    if (!number) return;
    if (isMeant) write(Number(number));
    changed();
  }
  return {
    get typed() {
      return typed;
    },
    onChange: (listener) => (changed = listener),
    add(digit) {
      typed += digit;
      clearTimeout(timer);
      if (typed.length === String(state.modelInfo.num_codes - 1).length) return end(true);
      timer = setTimeout(() => end(true), TYPING_PAUSE);
      changed();
    },
    write: () => end(true),
    cancel: () => end(false),
  };
}
