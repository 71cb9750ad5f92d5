// Watching a completion being filled in cell by cell: its controls, with a bar a cell for the entropy of its
// distribution.

import { play, playCell, setSpeed, stop } from "../../state/playback.js";
import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal, share } from "../parts/numbers.js";

export function mountPlayback(element, text) {
  const part = (selector) => element.querySelector(selector);
  const speedField = part("input");
  const describe = ({ at, order, chosen }, { background }) =>
    fill(text.watch_now, {
      at,
      count: order.length,
      entropy: decimal(chosen.entropy, 2),
      name: chosen.code === background ? text.blank : fill(text.code, { code: chosen.code }),
      share: share(chosen.probability),
    });
  wireButtons(element, { play, step: playCell, stop });

  speedField.addEventListener("input", () => setSpeed(Number(speedField.value)));
  watch(["speed"], ({ speed }) => {
    speedField.value = speed;
    part("b").textContent = fill(text.cells_a_second, { speed });
  });

  watch(["preview", "alternatives"], ({ preview, alternatives, modelInfo }) => {
    element.hidden = !alternatives?.list.length;
    const playButton = part("[data-do=play]");
    playButton.classList.toggle("playing", Boolean(preview?.playing));
    playButton.title = playButton.ariaLabel = preview?.playing ? text.pause : text.play;
    part("[data-do=stop]").disabled = !preview;
    const maxEntropy = Math.log(modelInfo?.num_codes ?? 2);
    const bars = (preview?.watched ? preview.order : []).map((_, i) => {
      const bar = document.createElement("i");
      bar.style.height = `${(100 * (preview.entropies[i] ?? 0)) / maxEntropy}%`;
      return bar;
    });
    part(".bars").replaceChildren(...bars);
    part(".now").textContent = preview?.chosen ? describe(preview, modelInfo) : text.watch_help;
  });
}
