// What the prior is asked: vqdemo/sampling.py, and the prior's part of vqdemo/model.py, once more. A grid is
// an array of codes, row by row, -1 where unknown. Every question is a generator, which stops now and then
// for its caller to see whether the answer is still wanted, and returns the answer; finished() takes it at
// once.

import { completionsOf } from "./sampling/completions.js";
import { conditionalsOf } from "./sampling/conditionals.js";
import { dieOf } from "./sampling/die.js";
import { labelsOf } from "./sampling/labels.js";
import { logProbOf } from "./sampling/log_prob.js";

/** A network (see pixelcnn.js) -> its questions. */
export function sampling(network) {
  const labels = labelsOf(network);
  const complete = completionsOf(network, labels);
  return {
    complete,
    /** n grids from nothing. */
    sample: (asked) => complete({ ...asked, codes: Array(network.cells).fill(-1) }),
    conditionals: conditionalsOf(network, labels),
    die: dieOf(network, labels),
    logProb: logProbOf(network, labels),
    labelProbs: labels.probabilities,
  };
}
