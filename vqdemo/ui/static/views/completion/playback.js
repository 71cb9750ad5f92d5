// The controls of playback: a completion filled in cell by cell, with a bar a cell for the entropy of its
// distribution.

import { play, playCell, setSpeed, stop } from "../../state/playback.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal, share } from "../parts/numbers.js";

export function mountPlayback(element, text) {
  const part = (selector) => element.querySelector(selector);
  const speedField = part("input");
  const wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  wireButtons(element, { play: () => play(wantsNoMotion()), step: playCell, stop });

  speedField.addEventListener("input", () => setSpeed(Number(speedField.value)));
  watch(["speed"], ({ speed }) => {
    speedField.value = speed;
    part("b").textContent = fill(text.cells_a_second, { speed });
  });

  watch(["playback", "alternatives"], ({ playback, alternatives, modelInfo }) => {
    element.hidden = !alternatives;
    const playButton = part("[data-do=play]");
    playButton.classList.toggle("playing", Boolean(playback?.playing));
    playButton.title = playButton.ariaLabel = playback?.playing ? text.pause : text.play;
    part("[data-do=stop]").disabled = !playback;
    const maxEntropy = Math.log(modelInfo?.num_codes ?? 2);
    const bars = (playback?.order ?? []).map((_, i) => {
      const bar = document.createElement("i");
      bar.style.height = `${(100 * (playback.entropies[i] ?? 0)) / maxEntropy}%`;
      return bar;
    });
    part(".bars").replaceChildren(...bars);
    part(".now").textContent = playback?.chosen ? describe(playback, modelInfo) : text.watch_help;
  });

  const describe = ({ at, order, chosen }, { background }) =>
    fill(text.watch_now, {
      at,
      count: order.length,
      entropy: decimal(chosen.entropy, 2),
      name: chosen.code === background ? text.blank : fill(text.code, { code: chosen.code }),
      share: share(chosen.probability),
    });
}
