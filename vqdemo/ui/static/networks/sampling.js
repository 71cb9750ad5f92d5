// What the prior is asked: vqdemo/sampling.py, and the prior's part of vqdemo/model.py, once more. A grid is an array of codes, row by row,
// -1 where unknown. Every question is a generator, which stops now and then for its caller to see whether the answer is still wanted, and
// returns the answer; finished() takes it at once.

import { cellNumbers, labelNumber } from "./noise.js";
import { logSoftmax, logSumExp, withEvidence } from "./pixelcnn.js";

const RAREST_LABEL = 1e-3; // without a label, a mixture leaves out labels that the known cells make less likely than this
const KEPT = 8; // guesses of labels that are kept: the next question is often of the same grid

const range = (n) => Array.from({ length: n }, (_, i) => i);

/** A network (see pixelcnn.js) -> its questions. */
export function sampling(network) {
  const { config, cells, heap, kinds, inOrder } = network;
  const { grid, num_codes: numCodes, num_labels: numLabels } = config;
  const everyLabel = range(numLabels);
  const empty = Array(cells).fill(-1);

  // ---- labels ----

  const guesses = new Map(); // by grid: log p(label | known cells)

  /** log p(label | known cells) of a grid. */
  function* guessLabel(codes) {
    const key = codes.join();
    if (!guesses.has(key)) {
      const grids = everyLabel.map(() => inOrder(codes));
      let evidence = everyLabel.map(() => 0);
      if (codes.some((code) => code >= 0)) {
        yield* network.passBefore(grids, everyLabel, (cell) => grids[0][cell] >= 0);
        evidence = yield* network.evidence(grids, everyLabel);
      }
      keep(key, withEvidence(network.guess(codes).whole, evidence));
    }
    return guesses.get(key);
  }

  function keep(key, guess) {
    guesses.set(key, guess);
    if (guesses.size > KEPT) guesses.delete(guesses.keys().next().value);
  }

  /** log p of labels -> the same, -Infinity for those too unlikely to matter. */
  function rareLeftOut(logP) {
    return logSoftmax(logP.map((p) => (p < Math.log(RAREST_LABEL) ? -Infinity : p)));
  }

  /** p(label | known cells) -> by label. */
  function* labelProbs({ codes }) {
    return rareLeftOut(yield* guessLabel(codes)).map(Math.exp);
  }

  let ofNothing; // log p(label | nothing)

  /** The labels of alternatives `first`, `first` + 1, ..., drawn from p(label | known cells), guided away from p(label | nothing). */
  function* drawLabels({ codes, first, n, temperature, guidance, seed }) {
    const known = yield* guessLabel(codes);
    ofNothing ??= yield* guessLabel(empty);
    const weights = known.map((p, label) => (p + guidance * (p - ofNothing[label])) / temperature);
    const cumulative = running(logSoftmax(weights).map(Math.exp));
    return range(n).map((i) => invert(cumulative, labelNumber(seed, first + i)));
  }

  // ---- completions ----

  /** n completions of a grid, the known cells unchanged, numbered from `first`: {codes, n, label (null for any), temperature, top_p, guidance,
   * seed} -> grids. Yields {alternative, grid} as soon as one is there; the first is computed alone where `ahead` is true. */
  function* complete({ codes, n, first = 0, label = null, temperature = 1, top_p = 1, guidance = 0, seed, ahead = false }) {
    if (!codes.includes(-1)) return range(n).map(() => [...codes]);
    const labels = label === null ? yield* drawLabels({ codes, first, n, temperature, guidance, seed }) : Array(n).fill(label);
    const grids = [];
    const together = guidance > 0 ? Math.floor(network.most / 2) : network.most;
    const distinct = [...new Set(guidance > 0 ? [...labels, numLabels] : labels)];
    yield* network.computeAfter(distinct.map(() => inOrder(codes)), distinct, "ofAfter"); // what is known, for each label once
    while (grids.length < n) {
      const some = labels.slice(grids.length, grids.length + (ahead && grids.length === 0 ? 1 : together));
      const numbers = some.map((_, i) => inOrder(cellNumbers(seed, first + grids.length + i, cells)));
      for (const grid of yield* fill(inOrder(codes), some, distinct, { temperature, top_p, guidance }, numbers)) {
        yield { alternative: first + grids.length, grid };
        grids.push(grid);
      }
    }
    return grids;
  }

  /** n grids from nothing. */
  const sample = (given) => complete({ ...given, codes: empty });

  /** A grid, in generation order, filled once for each of some labels: `fill` of sampling.py. distinct: of which labels it is computed what
   * is known after each cell. numbers: of each completion, by which its cells are drawn. */
  function* fill(start, labels, distinct, choice, numbers) {
    const n = labels.length;
    const both = choice.guidance > 0 ? [...labels, ...labels.map(() => numLabels)] : labels;
    const known = (labels) => ({ where: "ofAfter", n: distinct.length, which: labels.map((label) => distinct.indexOf(label)) });
    const grids = labels.map(() => [...start]);
    // Until a first code is drawn, completions with the same label are one.
    const kinds = [...new Set(both)];
    let shared = true;
    network.start(kinds.map(() => start), kinds, known(kinds));
    const open = range(cells).filter((cell) => start[cell] < 0);
    for (let row = 0; row <= Math.floor(open.at(-1) / grid); row++) {
      if (row > 0) network.finishRow();
      network.startRow(row);
      for (const cell of open.filter((cell) => Math.floor(cell / grid) === row)) {
        const logits = network.logitsOf(cell % grid);
        const which = both.map((label, k) => (shared ? kinds.indexOf(label) : k));
        const codes = grids.map((grid, k) => (grid[cell] = pick(logits, which[k], which[n + k], choice, numbers[k][cell])));
        if (shared) network.select(which);
        shared = false;
        network.write(cell % grid, choice.guidance > 0 ? [...codes, ...codes] : codes);
        yield;
      }
    }
    return grids.map(inOrder);
  }

  const p = new Float64Array(numCodes);

  /** A code, from the logits of one grid and, with guidance, of the same without a label. */
  function pick(logits, its, without, { temperature, top_p: topP, guidance }, number) {
    for (let code = 0; code < numCodes; code++) {
      const logit = heap[logits + its * kinds + code];
      p[code] = guidance > 0 ? logit + guidance * (logit - heap[logits + without * kinds + code]) : logit;
      p[code] /= temperature;
    }
    const sum = logSumExp(p);
    for (let code = 0; code < numCodes; code++) p[code] = Math.exp(p[code] - sum);
    if (topP < 1) {
      let before = 0; // probability of the codes likelier than this one
      for (const code of range(numCodes).sort((a, b) => p[b] - p[a])) {
        const own = p[code];
        if (before >= topP) p[code] = 0;
        before += own;
      }
    }
    return invert(running(p), number);
  }

  // ---- probabilities ----

  /** What is expected in each cell given all other known cells: {codes, label} -> Float32Array [cell][numCodes]. */
  function* conditionals({ codes, label = null }) {
    const labels = label === null ? everyLabel : [label];
    const grids = labels.map(() => inOrder(codes));
    yield* network.passBefore(grids, labels, () => true);
    yield* network.computeAfter(grids, labels, "ofAfter");
    const logP = new Float64Array(labels.length * cells * numCodes); // [label][cell][code], cells row by row
    const turned = inOrder(range(cells));
    yield* network.passHead({ where: "ofAfter", n: labels.length, which: range(labels.length) }, () => true, (cell, k, at) => {
      const sum = logSumExp(heap, at, numCodes);
      const to = (k * cells + turned[cell]) * numCodes;
      for (let code = 0; code < numCodes; code++) logP[to + code] = heap[at + code] - sum;
    });
    const weights = label === null ? yield* labelsByOtherCells(codes, grids, logP) : range(cells).map(() => [0]);
    const result = new Float32Array(cells * numCodes);
    for (let cell = 0; cell < cells; cell++) {
      for (const k of range(labels.length)) {
        if (weights[cell][k] === -Infinity) continue;
        const from = (k * cells + cell) * numCodes;
        for (let code = 0; code < numCodes; code++) result[cell * numCodes + code] += Math.exp(logP[from + code] + weights[cell][k]);
      }
    }
    return result;
  }

  /** log p(label | all known cells but one) -> [cell][label]; see `_labels_by_other_cells` of model.py. */
  function* labelsByOtherCells(codes, grids, logP) {
    const evidence = yield* network.evidence(grids, everyLabel);
    const { whole, without } = network.guess(codes, true);
    keep(codes.join(), withEvidence(whole, evidence));
    return range(cells).map((cell) => {
      const added = everyLabel.map((label) => (codes[cell] < 0 ? 0 : logP[(label * cells + cell) * numCodes + codes[cell]]));
      return rareLeftOut(withEvidence(without[cell], everyLabel.map((label) => evidence[label] - added[label])));
    });
  }

  /** Natural-log probability of the cells that are unknown given those that are known: {codes: grids, known: booleans [cell], label} -> of each
   * grid. Without a label: the mixture over labels that completions are drawn from. */
  function* logProb({ codes, known = empty.map(() => false), label = null }) {
    const seen = codes.map((grid) => grid.map((code, cell) => (known[cell] ? code : -1)));
    const terms = []; // {grid, label, weight}: of each mixture
    for (const grid of range(codes.length)) {
      const weights = label === null ? rareLeftOut(yield* guessLabel(seen[grid])) : null;
      for (const its of label === null ? everyLabel : [label]) {
        if (!weights || weights[its] > -Infinity) terms.push({ grid, label: its, weight: weights ? weights[its] : 0 });
      }
    }
    const wanted = inOrder(known.map((is) => !is));
    for (let first = 0; wanted.includes(true) && first < terms.length; first += network.most) {
      const some = terms.slice(first, first + network.most);
      // Grids that share what they know share what is known after a cell.
      const keys = some.map(({ grid, label }) => `${seen[grid].join()};${label}`);
      const distinct = [...new Set(keys)];
      const firsts = distinct.map((key) => some[keys.indexOf(key)]);
      yield* network.computeAfter(firsts.map(({ grid }) => inOrder(seen[grid])), firsts.map(({ label }) => label), "ofAfter");
      const grids = some.map(({ grid }) => inOrder(codes[grid]));
      yield* network.passBefore(grids, some.map(({ label }) => label), (cell) => wanted[cell]);
      const after = { where: "ofAfter", n: distinct.length, which: keys.map((key) => distinct.indexOf(key)) };
      yield* network.passHead(after, (cell) => wanted[cell], (cell, k, at) => (some[k].weight += network.logP(at, grids[k][cell])));
    }
    return codes.map((_, i) => logSumExp(terms.filter(({ grid }) => grid === i).map(({ weight }) => weight)));
  }

  /** Logits of each cell given all cells before it, the known cells after it, and the label: `PixelCNN.forward` of one grid, for the tests
   * -> Float32Array [cell][numCodes]. */
  function* logits({ codes, known, label }) {
    const seen = codes.map((code, cell) => (known[cell] ? code : -1));
    yield* network.passBefore([inOrder(codes)], [label], () => true);
    yield* network.computeAfter([inOrder(seen)], [label], "ofAfter");
    const [result, turned] = [new Float32Array(cells * numCodes), inOrder(range(cells))];
    yield* network.passHead({ where: "ofAfter", n: 1, which: [0] }, () => true, (cell, _, at) =>
      result.set(heap.subarray(at, at + numCodes), turned[cell] * numCodes),
    );
    return result;
  }

  return { complete, sample, conditionals, logProb, labelProbs, logits };
}

/** The sums of the first one, two, ... of some numbers. */
function running(numbers) {
  let sum = 0;
  return Float64Array.from(numbers, (number) => (sum += number));
}

/** Which of some things, by their cumulative weights, a number in [0,1) stands for. */
function invert(cumulative, number) {
  const threshold = number * cumulative[cumulative.length - 1];
  const found = cumulative.findIndex((sum) => sum > threshold);
  return found < 0 ? cumulative.length - 1 : found;
}
