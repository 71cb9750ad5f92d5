// The label of a grid: its posterior given the known cells, and labels sampled from that; label_log_probs of
// vqdemo/pixelcnn.py, and the labels of vqdemo/model.py, once more.

import { checkFor } from "../arguments.js";
import { labelPosterior, logSoftmax } from "../log_probabilities.js";
import { labelNumber } from "../noise.js";
import { range } from "../range.js";
import { invert, running } from "../sample_code.js";

// A mixture over labels leaves out labels that are less likely, given the known cells.
const MIN_LABEL_PROBABILITY = 1e-3;
const KEPT = 8; // grids whose label posterior is kept: the next question is often about one of them

/** log p of labels -> the same, normalised again, with -Infinity for rare labels. */
export const dropRare = (logP) =>
  logSoftmax(logP.map((p) => (p < Math.log(MIN_LABEL_PROBABILITY) ? -Infinity : p)));

/** A network (see pixelcnn.js) -> generators that return what is asked. */
export function labelsOf(network) {
  const { config, cells, inOrder } = network;
  const everyLabel = range(config.num_labels);
  const check = checkFor(config, cells);

  const posteriors = new Map(); // log p(label | known cells), by grid

  /** log p(label | known cells) of a grid. */
  function* of(codes) {
    const key = codes.join();
    if (!posteriors.has(key)) {
      const grids = everyLabel.map(() => inOrder(codes));
      let evidence = everyLabel.map(() => 0);
      if (codes.some((code) => code >= 0)) {
        yield* network.passBefore(grids, everyLabel, (cell) => grids[0][cell] >= 0);
        evidence = yield* network.evidence(grids, everyLabel);
      }
      keep(key, labelPosterior(network.classify(codes).whole, evidence));
    }
    return posteriors.get(key);
  }

  /** Keep the posterior of a grid, by its codes joined; the oldest goes. */
  function keep(key, posterior) {
    posteriors.set(key, posterior);
    if (posteriors.size > KEPT) posteriors.delete(posteriors.keys().next().value);
  }

  let empty = null;

  /** log p(label | no cell). */
  function* ofEmpty() {
    return (empty ??= yield* of(Array(cells).fill(-1)));
  }

  /**
   * The labels of alternatives `first`, `first` + 1, ..., sampled from p(label | known cells), guided away
   * from p(label | no cell).
   */
  function* sample({ codes, first, n, temperature, guidance, seed }) {
    const known = yield* of(codes);
    const unknown = yield* ofEmpty();
    const weights = known.map((p, label) => (p + guidance * (p - unknown[label])) / temperature);
    const cumulative = running(logSoftmax(weights).map(Math.exp));
    return range(n).map((i) => invert(cumulative, labelNumber(seed, first + i)));
  }

  /** p(label | known cells) -> by label. */
  function* probabilities({ codes }) {
    check({ codes });
    return (yield* of(codes)).map(Math.exp);
  }

  return { of, ofEmpty, keep, sample, probabilities };
}
