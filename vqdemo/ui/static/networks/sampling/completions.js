// Completions: the unknown cells of a grid are filled one at a time, in the generation order; `fill_cached` of
// vqdemo/sampling.py once more.

import { checkFor } from "../arguments.js";
import { cellNumbers } from "../noise.js";
import { range } from "../range.js";
import { sampler } from "../sample_code.js";

/** A network (see pixelcnn.js) and its labels (labels.js) -> complete(). */
export function completionsOf(network, posterior) {
  const { config, cells, inOrder } = network;
  const { grid, num_codes: numCodes, num_labels: numLabels } = config;
  const empty = Array(cells).fill(-1);
  const check = checkFor(config, cells);
  const pick = sampler(network);

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
        ? yield* posterior.sample({ codes, first, n, temperature, guidance, seed })
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

  /**
   * A grid, in generation order, filled once for each of some labels: `fill_cached` of sampling.py. context:
   * see contextFor(). numbers: of each completion, by which its cells are drawn.
   */
  function* fill(start, labels, context, choice, numbers) {
    const n = labels.length;
    const both = choice.guidance > 0 ? [...labels, ...labels.map(() => numLabels)] : labels;
    const grids = labels.map(() => [...start]);
    // Completions of the same label are computed once until they get different codes: `which` of the grids
    // that the network has is each one's.
    const distinct = [...new Set(both)];
    let which = both.map((label) => distinct.indexOf(label));
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
        grids.forEach((grid, k) => {
          grid[cell] = pick(logits, which[k], which[n + k], choice, numbers[k][cell]);
        });
        // A grid and the code that it gets, as one number.
        const pairs = which.map((one, k) => one * numCodes + grids[k % n][cell]);
        const different = [...new Set(pairs)];
        network.select(different.map((pair) => Math.floor(pair / numCodes)));
        network.write(
          cell % grid,
          different.map((pair) => pair % numCodes),
        );
        which = pairs.map((pair) => different.indexOf(pair));
        yield;
      }
    }
    return grids.map(inOrder);
  }

  return complete;
}
