// What the prior is asked: vqdemo/sampling.py, and the prior's part of vqdemo/model.py, once more. A grid is
// an array of codes, row by row, -1 where unknown. Every question is a generator, which stops now and then
// for its caller to see whether the answer is still wanted, and returns the answer; finished() takes it at
// once.

import { checkFor } from "./arguments.js";
import { labelPosterior, logSoftmax, logSumExp } from "./log_probabilities.js";
import { cellNumbers, labelNumber } from "./noise.js";
import { invert, running, sampler } from "./sample_code.js";

// A mixture over labels leaves out labels that are less likely, given the known cells.
const MIN_LABEL_PROBABILITY = 1e-3;
const KEPT = 8; // grids whose label posterior is kept: the next question is often about one of them

const range = (n) => Array.from({ length: n }, (_, i) => i);

/** A network (see pixelcnn.js) -> its questions. */
export function sampling(network) {
  const { config, cells, heap, kinds, inOrder } = network;
  const { grid, num_codes: numCodes, num_labels: numLabels } = config;
  const everyLabel = range(numLabels);
  const empty = Array(cells).fill(-1);
  const check = checkFor(config, cells);
  const pick = sampler(network);

  // ---- labels ----

  const posteriors = new Map(); // by grid: log p(label | known cells)

  /** log p(label | known cells) of a grid. */
  function* labelLogProbs(codes) {
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

  function keep(key, posterior) {
    posteriors.set(key, posterior);
    if (posteriors.size > KEPT) posteriors.delete(posteriors.keys().next().value);
  }

  /** log p of labels -> the same, normalised again, with -Infinity for rare labels. */
  function dropRareLabels(logP) {
    return logSoftmax(logP.map((p) => (p < Math.log(MIN_LABEL_PROBABILITY) ? -Infinity : p)));
  }

  /** p(label | known cells) -> by label. */
  function* labelProbs({ codes }) {
    check({ codes });
    return (yield* labelLogProbs(codes)).map(Math.exp);
  }

  let ofEmpty; // log p(label | no cell)

  /**
   * The labels of alternatives `first`, `first` + 1, ..., sampled from p(label | known cells), guided away
   * from p(label | no cell).
   */
  function* sampleLabels({ codes, first, n, temperature, guidance, seed }) {
    const known = yield* labelLogProbs(codes);
    ofEmpty ??= yield* labelLogProbs(empty);
    const weights = known.map((p, label) => (p + guidance * (p - ofEmpty[label])) / temperature);
    const cumulative = running(logSoftmax(weights).map(Math.exp));
    return range(n).map((i) => invert(cumulative, labelNumber(seed, first + i)));
  }

  // ---- completions ----

  /**
   * n completions of a grid, the known cells unchanged, numbered from `first`: {codes, n, label (null for
   * any), temperature, top_p, guidance, seed} -> grids. Yields {alternative, grid} as soon as one is there;
   * the first is computed alone where `ahead` is true. Where `blind` is true, each cell is drawn as by a
   * plain PixelCNN, without the known cells after it; labels are still drawn given all known cells.
   */
  function* complete({
    codes,
    n,
    first = 0,
    label = null,
    temperature = 1,
    top_p = 1,
    guidance = 0,
    seed,
    ahead = false,
    blind = false,
  }) {
    check({ codes, n, label, temperature, top_p, guidance, seed });
    if (!codes.includes(-1)) return range(n).map(() => [...codes]);
    const labels =
      label === null
        ? yield* sampleLabels({ codes, first, n, temperature, guidance, seed })
        : Array(n).fill(label);
    const grids = [];
    const together = guidance > 0 ? Math.floor(network.most / 2) : network.most;
    const distinct = [...new Set(guidance > 0 ? [...labels, numLabels] : labels)];
    const context = yield* contextFor(blind ? empty : codes, distinct);
    while (grids.length < n) {
      const some = labels.slice(grids.length, grids.length + (ahead && grids.length === 0 ? 1 : together));
      const numbers = some.map((_, i) => inOrder(cellNumbers(seed, first + grids.length + i, cells)));
      for (const grid of yield* fill(
        inOrder(codes),
        some,
        context,
        { temperature, top_p, guidance },
        numbers,
      )) {
        yield { alternative: first + grids.length, grid };
        grids.push(grid);
      }
    }
    return grids;
  }

  /**
   * The context after of a grid, for each of some labels once -> a function that tells which of these is that
   * of each of some labels.
   */
  function* contextFor(codes, distinct) {
    const isEmpty = codes.every((code) => code < 0);
    if (isEmpty) return (labels) => ({ where: "emptyContext", n: numLabels + 1, which: labels });
    yield* network.computeAfter(
      distinct.map(() => inOrder(codes)),
      distinct,
      "contextAfter",
    );
    return (labels) => ({
      where: "contextAfter",
      n: distinct.length,
      which: labels.map((label) => distinct.indexOf(label)),
    });
  }

  /** n grids from nothing. */
  const sample = (given) => complete({ ...given, codes: empty });

  /**
   * A grid, in generation order, filled once for each of some labels: `fill_cached` of sampling.py. context:
   * see contextFor(). numbers: of each completion, by which its cells are drawn.
   */
  function* fill(start, labels, context, choice, numbers) {
    const n = labels.length;
    const both = choice.guidance > 0 ? [...labels, ...labels.map(() => numLabels)] : labels;
    const grids = labels.map(() => [...start]);
    // Until a first code is drawn, completions with the same label are one.
    const distinct = [...new Set(both)];
    let shared = true;
    network.start(
      distinct.map(() => start),
      distinct,
      context(distinct),
    );
    const open = range(cells).filter((cell) => start[cell] < 0);
    for (let row = 0; row <= Math.floor(open.at(-1) / grid); row++) {
      if (row > 0) network.finishRow();
      network.startRow(row);
      for (const cell of open.filter((cell) => Math.floor(cell / grid) === row)) {
        const logits = network.logitsOf(cell % grid);
        const which = both.map((label, k) => (shared ? distinct.indexOf(label) : k));
        const codes = grids.map(
          (grid, k) => (grid[cell] = pick(logits, which[k], which[n + k], choice, numbers[k][cell])),
        );
        if (shared) network.select(which);
        shared = false;
        network.write(cell % grid, choice.guidance > 0 ? [...codes, ...codes] : codes);
        yield;
      }
    }
    return grids.map(inOrder);
  }

  // ---- probabilities ----

  /**
   * What is expected in each cell given all other known cells: {codes, label} -> Float32Array
   * [cell][numCodes].
   */
  function* conditionals({ codes, label = null }) {
    check({ codes, label });
    const labels = label === null ? everyLabel : [label];
    const grids = labels.map(() => inOrder(codes));
    yield* network.passBefore(grids, labels, () => true);
    yield* network.computeAfter(grids, labels, "contextAfter");
    const logP = new Float64Array(labels.length * cells * numCodes); // [label][cell][code], cells row by row
    const turned = inOrder(range(cells));
    yield* network.passHead(
      { where: "contextAfter", n: labels.length, which: range(labels.length) },
      () => true,
      (cell, k, at) => {
        const sum = logSumExp(heap, at, numCodes);
        const to = (k * cells + turned[cell]) * numCodes;
        for (let code = 0; code < numCodes; code++) logP[to + code] = heap[at + code] - sum;
      },
    );
    const weights =
      label === null ? yield* labelLogProbsOfOthers(codes, grids, logP) : range(cells).map(() => [0]);
    const result = new Float32Array(cells * numCodes);
    for (let cell = 0; cell < cells; cell++) {
      for (const k of range(labels.length)) {
        if (weights[cell][k] === -Infinity) continue;
        const from = (k * cells + cell) * numCodes;
        for (let code = 0; code < numCodes; code++)
          result[cell * numCodes + code] += Math.exp(logP[from + code] + weights[cell][k]);
      }
    }
    return result;
  }

  /**
   * What the code of one cell is drawn from, given the other known cells: {codes, cell, label (null for any),
   * drawn} -> the Die of types.js. drawn, of a cell that a completion has filled: {codes: what was completed,
   * first: which alternative, temperature, guidance, seed}.
   */
  function* die({ codes, cell, label = null, drawn = null }) {
    check({ codes, label });
    if (!range(cells).includes(cell))
      throw new RangeError(`cell must be from 0 to ${cells - 1}, not ${cell}`);
    if (drawn && label === null) [label] = yield* sampleLabels({ ...drawn, n: 1 });
    const others = codes.map((code, other) => (other === cell ? -1 : code));
    const labels = label === null ? everyLabel : [label];
    const known = label === null ? yield* labelLogProbs(others) : [0];
    if (label === null) ofEmpty ??= yield* labelLogProbs(empty);
    const all = [...labels, numLabels]; // and none
    const grids = all.map(() => inOrder(others));
    const place = inOrder(range(cells)).indexOf(cell);
    const logits = [];
    yield* network.passBefore(grids, all, (at) => at === place);
    yield* network.computeAfter(grids, all, "contextAfter");
    yield* network.passHead(
      { where: "contextAfter", n: all.length, which: range(all.length) },
      (at) => at === place,
      (_, k, at) => (logits[k] = Array.from(heap.subarray(at, at + numCodes))),
    );
    return {
      labels,
      without: logits.pop(),
      logits,
      known,
      empty: label === null ? ofEmpty : [0],
      needle: drawn && cellNumbers(drawn.seed, drawn.first, cells)[cell],
    };
  }

  /**
   * log p(label | all known cells but one) -> [cell][label]; see `_label_log_probs_of_others` of model.py.
   */
  function* labelLogProbsOfOthers(codes, grids, logP) {
    const evidence = yield* network.evidence(grids, everyLabel);
    const { whole, without } = network.classify(codes, true);
    keep(codes.join(), labelPosterior(whole, evidence));
    return range(cells).map((cell) => {
      const added = everyLabel.map((label) =>
        codes[cell] < 0 ? 0 : logP[(label * cells + cell) * numCodes + codes[cell]],
      );
      return dropRareLabels(
        labelPosterior(
          without[cell],
          everyLabel.map((label) => evidence[label] - added[label]),
        ),
      );
    });
  }

  /**
   * Natural-log probability of the cells that are unknown given those that are known: {codes: grids, known:
   * booleans [cell], label} -> of each grid. Without a label: the mixture over labels that completions are
   * drawn from.
   */
  function* logProb({ codes, known = empty.map(() => false), label = null }) {
    check({ codes, known, label }, false);
    const seen = codes.map((grid) => grid.map((code, cell) => (known[cell] ? code : -1)));
    const terms = []; // {grid, label, weight}: of each mixture
    for (const grid of range(codes.length)) {
      const weights = label === null ? dropRareLabels(yield* labelLogProbs(seen[grid])) : null;
      for (const its of label === null ? everyLabel : [label]) {
        if (!weights || weights[its] > -Infinity)
          terms.push({ grid, label: its, weight: weights ? weights[its] : 0 });
      }
    }
    const wanted = inOrder(known.map((is) => !is));
    for (let first = 0; wanted.includes(true) && first < terms.length; first += network.most) {
      const some = terms.slice(first, first + network.most);
      // Grids that share what they know share what is known after a cell.
      const keys = some.map(({ grid, label }) => `${seen[grid].join()};${label}`);
      const distinct = [...new Set(keys)];
      const firsts = distinct.map((key) => some[keys.indexOf(key)]);
      yield* network.computeAfter(
        firsts.map(({ grid }) => inOrder(seen[grid])),
        firsts.map(({ label }) => label),
        "contextAfter",
      );
      const grids = some.map(({ grid }) => inOrder(codes[grid]));
      yield* network.passBefore(
        grids,
        some.map(({ label }) => label),
        (cell) => wanted[cell],
      );
      const after = {
        where: "contextAfter",
        n: distinct.length,
        which: keys.map((key) => distinct.indexOf(key)),
      };
      yield* network.passHead(
        after,
        (cell) => wanted[cell],
        (cell, k, at) => (some[k].weight += network.logP(at, grids[k][cell])),
      );
    }
    return codes.map((_, i) => logSumExp(terms.filter(({ grid }) => grid === i).map(({ weight }) => weight)));
  }

  /**
   * Logits of each cell given all cells before it, the known cells after it, and the label:
   * `PixelCNN.forward` of one grid, for the tests -> Float32Array [cell][numCodes].
   */
  function* logits({ codes, known, label }) {
    const seen = codes.map((code, cell) => (known[cell] ? code : -1));
    yield* network.passBefore([inOrder(codes)], [label], () => true);
    yield* network.computeAfter([inOrder(seen)], [label], "contextAfter");
    const [result, turned] = [new Float32Array(cells * numCodes), inOrder(range(cells))];
    yield* network.passHead(
      { where: "contextAfter", n: 1, which: [0] },
      () => true,
      (cell, _, at) => result.set(heap.subarray(at, at + numCodes), turned[cell] * numCodes),
    );
    return result;
  }

  return { complete, sample, conditionals, die, logProb, labelProbs, logits };
}
