// How one code is drawn from logits: `sample_codes` of vqdemo/sampling.py.

/** A network (see pixelcnn.js) -> pick(). */
export function sampler({ config: { num_codes: numCodes }, heap, kinds }) {
  const p = new Float64Array(numCodes);
  const cumulative = new Float64Array(numCodes);

  /**
   * A code, from the logits of one grid and, with guidance, of the same without a label: `labelled` and
   * `without` tell which rows of `logits` these are. number: in [0,1), by which it is drawn.
   */
  return function pick(logits, labelled, without, { temperature, top_p: topP, guidance }, number) {
    let most = -Infinity;
    for (let code = 0; code < numCodes; code++) {
      const logit = heap[logits + labelled * kinds + code];
      p[code] = guidance > 0 ? logit + guidance * (logit - heap[logits + without * kinds + code]) : logit;
      p[code] /= temperature;
      if (p[code] > most) most = p[code];
    }
    let total = 0;
    for (let code = 0; code < numCodes; code++) total += p[code] = Math.exp(p[code] - most);
    if (topP < 1) {
      let before = 0; // probability of the codes likelier than this one, times the total
      for (const code of [...p.keys()].sort((a, b) => p[b] - p[a])) {
        const own = p[code];
        if (before >= topP * total) p[code] = 0;
        before += own;
      }
    }
    return invert(running(p, cumulative), number);
  };
}

/** The sums of the first one, two, ... of some numbers. */
export function running(numbers, sums = new Float64Array(numbers.length)) {
  let sum = 0;
  for (let i = 0; i < sums.length; i++) sums[i] = sum += numbers[i];
  return sums;
}

/** Which of some things, by their cumulative weights, a number in [0,1) stands for. */
export function invert(cumulative, number) {
  const threshold = number * cumulative[cumulative.length - 1];
  let found = 0;
  while (found < cumulative.length - 1 && cumulative[found] <= threshold) found++;
  return found;
}
