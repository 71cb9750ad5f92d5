// The arguments of what the prior is asked.

/**
 * For a network's config and number of cells: check(arguments, unknown) throws if one is not what it should
 * be, and says what is allowed. `codes` is one grid, which may have unknown cells, or, where `unknown` is
 * false, a list of full grids.
 */
export function checkFor({ num_codes: numCodes, num_labels: numLabels }, cells) {
  return function check(
    { codes, known = null, label = null, n = 1, seed = 0, temperature = 1, top_p: topP = 1, guidance = 0 },
    unknown = true,
  ) {
    const lowest = unknown ? -1 : 0;
    const demand = (isSo, sentence) => {
      if (!isSo) throw new RangeError(sentence);
    };
    for (const grid of unknown ? [codes] : codes) {
      const isGrid =
        grid?.length === cells &&
        grid.every((code) => Number.isInteger(code) && code >= lowest && code < numCodes);
      demand(isGrid, `codes must be ${cells} whole numbers from ${lowest} to ${numCodes - 1}, not ${grid}`);
    }
    demand(
      known === null || known.length === cells,
      `known must have ${cells} booleans, not ${known?.length}`,
    );
    demand(
      label === null || (Number.isInteger(label) && label >= 0 && label < numLabels),
      `label must be from 0 to ${numLabels - 1}, or null for any, not ${label}`,
    );
    demand(Number.isInteger(n) && n >= 1, `n must be a whole number of at least 1, not ${n}`);
    const isSeed = typeof seed === "bigint" || Number.isSafeInteger(seed);
    demand(
      isSeed && seed >= 0 && BigInt(seed) < 2n ** 63n,
      `seed must be a whole number from 0 to 2^63 - 1, not ${seed}`,
    );
    demand(
      temperature >= 0.001 && temperature <= 100,
      `temperature must be from 0.001 to 100, not ${temperature}`,
    );
    demand(topP > 0 && topP <= 1, `top_p must be above 0 and at most 1, not ${topP}`);
    demand(guidance >= 0 && guidance <= 20, `guidance must be from 0 to 20, not ${guidance}`);
  };
}
