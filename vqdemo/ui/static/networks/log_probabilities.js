// Sums and normalisation of probabilities that are given as logarithms.

/** log(sum of e^x) of some numbers of an array. */
export function logSumExp(array, from = 0, length = array.length) {
  let most = -Infinity;
  for (let i = from; i < from + length; i++) if (array[i] > most) most = array[i];
  if (most === -Infinity) return most;
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += Math.exp(array[i] - most);
  return most + Math.log(sum);
}

export function logSoftmax(values) {
  const sum = logSumExp(values);
  return Array.from(values, (value) => value - sum);
}

// The weight of log p(known cells | label) relative to the label classifier's log probability.
const EVIDENCE_WEIGHT = 0.5;

/** log p(label | known cells) from the classifier's logits and log p(known cells | label), both by label. */
export function labelPosterior(classified, evidence) {
  const offset = logSumExp(classified);
  return logSoftmax(classified.map((logit, label) => logit - offset + EVIDENCE_WEIGHT * evidence[label]));
}
