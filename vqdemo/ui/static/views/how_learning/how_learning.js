// How the quantizer can learn: a toy in two dimensions that the visitor steps through, by hand or by itself.
// What it computes is in toy.js, how it looks in plot.js.

import { fill } from "../../state/sentence.js";
import { watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal } from "../parts/numbers.js";
import { plot } from "./plot.js";
import * as toys from "./toy.js";

const PACE = 700; // ms a step while it plays

/** @type {toys.Point[]} */
// prettier-ignore
const STARTS = [
  [-0.8, 0.1], [-0.3, 0.3], [-0.6, -0.2], [0.1, 0.2], [0.3, 0.35],
  [0.15, 0.6], [-0.3, -0.35], [-0.45, -0.75], [0.3, -0.1], [0.5, -0.35],
];
/** @type {toys.Point[]} */
// prettier-ignore
const TARGETS = [
  [-0.62, 0.5], [-0.5, 0.62], [-0.45, 0.45], [0.5, 0.55], [0.62, 0.45],
  [0.55, 0.68], [0.1, -0.6], [-0.05, -0.5], [0.05, -0.72], [0.2, -0.5],
];
/** @type {toys.Point[]} */ // the last is so far away that nothing chooses it
// prettier-ignore
const CODES = [[-0.2, 0.75], [0.45, 0.05], [-0.25, -0.2], [1.2, -1.15]];

const fresh = () =>
  toys.toy(
    STARTS.map((z, i) => ({ z, target: TARGETS[i] })),
    CODES,
  );

/**
 * Where the toy stands. `done`: steps of this round, 0 to 3; `before`: the toy at its start; `moved`:
 * whether the visitor moved a point since. What the steps found: `chosen`, `pulls` and `restarted`, each
 * null until then.
 */
const start = (toy, round = 0, moved = false) => ({
  toy,
  round,
  moved,
  done: 0,
  before: toy,
  chosen: /** @type {number[] | null} */ (null),
  pulls: /** @type {ReturnType<typeof toys.gradients> | null} */ (null),
  restarted: /** @type {number[] | null} */ (null),
});

/** One of the three steps. @param {ReturnType<typeof start>} at @param {number} beta */
function step(at, beta) {
  const { toy, round, done, before, chosen } = at;
  if (done === 0 || done === 3) return { ...start(toy, round + 1), done: 1, chosen: toys.forward(toy) };
  if (done === 1) {
    const pulls = toys.gradients(toy, chosen, beta);
    return { ...at, done: 2, pulls, toy: toys.descend(toy, pulls) };
  }
  const members = before.descriptions.map(({ z }) => z);
  return {
    ...at,
    done: 3,
    ...toys.restartDead(toys.walk(toy, members, chosen), members, Math.random),
  };
}

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const slider = part("input");
  let at = start(fresh());
  let timer = null; // while it plays

  const picture = plot(part(".plot"), text, at, {
    moveDescription: (i, z) => show(start(toys.moveDescription(at.toy, i, z), at.round, true), false),
    moveCode: (i, e) => show(start(toys.moveCode(at.toy, i, e), at.round, true), false),
  });

  function show(now, glides = true) {
    at = now;
    picture.show(at, glides);
    element.querySelectorAll("ol li").forEach((item, i) => {
      if (at.done === i + 1) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    part(".now").textContent = told();
  }

  /** What the last step did, in a sentence, and how far the learning is. */
  function told() {
    const chosen = at.chosen ?? toys.forward(at.toy);
    const { error, distance } = toys.losses(at.before, chosen);
    const what = [
      at.moved ? text.moved : text.ready,
      fill(text.told_forward, { used: new Set(chosen).size, all: at.toy.codes.length }),
      text.told_backward,
      at.restarted?.length ? text.told_restart : text.told_codes,
    ][at.done];
    const figures = { round: at.round, error: decimal(error, 3), distance: decimal(distance, 3) };
    return `${what} ${fill(text.figures, figures)}`;
  }

  function play(playing) {
    clearInterval(timer);
    timer = playing ? setInterval(() => show(step(at, Number(slider.value))), PACE) : null;
    part("[data-do=play]").textContent = playing ? text.pause : text.play;
    part("[data-do=play]").ariaPressed = String(playing);
    part(".now").ariaLive = playing ? "off" : "polite"; // three sentences in two seconds are too many
  }

  wireButtons(element, {
    step() {
      play(false);
      show(step(at, Number(slider.value)));
    },
    play: () => play(timer === null),
    reset() {
      play(false);
      show(start(fresh()));
    },
  });
  const showBeta = () => (part(".field b").textContent = decimal(Number(slider.value), 2));
  slider.addEventListener("input", showBeta);
  showBeta();
  watch(["view"], ({ view }) => view !== "how" && play(false));
  show(at, false);
}
