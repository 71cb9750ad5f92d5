// Vector quantization in two dimensions, small enough to look at: the quantizer of vqdemo/vqvae.py, and one
// step of its training, in plain numbers. Each description z is a parameter of its own here, rather than an
// encoder's output. The decoder changes nothing: what it draws of a code is e itself, and the error is
// |e - target|². Learning is plain gradient descent. All functions are pure.

/** @typedef {[number, number]} Point */
/**
 * @typedef {{z: Point, target: Point}} Description what the encoder says, and what ought to be drawn of it
 */

/**
 * A code: its vector, and the running count and sum of the descriptions that chose it.
 * @typedef {{e: Point, count: number, total: Point}} Code
 */

/** @typedef {{descriptions: Description[], codes: Code[]}} Toy */

const LEARNING_RATE = 0.15;
const DECAY = 0.8; // weight of the past in the running means
const RESTART_BELOW = 0.25; // codes chosen fewer times a step than this, by their running mean, restart

const minus = (a, b) => /** @type {Point} */ ([a[0] - b[0], a[1] - b[1]]);
const plus = (a, b) => /** @type {Point} */ ([a[0] + b[0], a[1] + b[1]]);
const times = (s, a) => /** @type {Point} */ ([s * a[0], s * a[1]]);
const squared = ([x, y]) => x * x + y * y;
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/**
 * A toy before its first step.
 * @param {Description[]} descriptions
 * @param {Point[]} vectors
 * @returns {Toy}
 */
export function toy(descriptions, vectors) {
  const count = descriptions.length / vectors.length; // as if all codes had been chosen alike
  return { descriptions, codes: vectors.map((e) => ({ e, count, total: times(count, e) })) };
}

/** Forward: the nearest code of each description. @param {Toy} toy */
export function forward({ descriptions, codes }) {
  return descriptions.map(({ z }) => {
    const distances = codes.map(({ e }) => squared(minus(z, e)));
    return distances.indexOf(Math.min(...distances));
  });
}

/**
 * The mean of what is learned from: error |e - target|², and distance |z - e|², which the commitment loss
 * weighs.
 * @param {Toy} toy @param {number[]} chosen by forward()
 */
export function losses({ descriptions, codes }, chosen) {
  const vectors = chosen.map((code) => codes[code].e);
  return {
    error: mean(descriptions.map(({ target }, i) => squared(minus(vectors[i], target)))),
    distance: mean(descriptions.map(({ z }, i) => squared(minus(z, vectors[i])))),
  };
}

/**
 * Backward: for each description, half the downhill gradient of its error, which is found at e and arrives
 * at z unchanged (straight-through), and half that of the commitment loss, beta |z - e|².
 * @param {Toy} toy @param {number[]} chosen @param {number} beta
 */
export function gradients({ descriptions, codes }, chosen, beta) {
  return descriptions.map(({ z, target }, i) => {
    const { e } = codes[chosen[i]];
    return { straight: minus(target, e), commitment: times(beta, minus(e, z)) };
  });
}

/** The descriptions after a step of gradient descent. @param {Toy} toy @returns {Toy} */
export function descend(toy, pulls) {
  const descriptions = toy.descriptions.map(({ z, target }, i) => {
    const { straight, commitment } = pulls[i];
    return { z: plus(z, times(2 * LEARNING_RATE, plus(straight, commitment))), target };
  });
  return { ...toy, descriptions };
}

/**
 * The codes after a step of their running means (EMA), from descriptions as they were when they chose.
 * @param {Toy} toy @param {Point[]} members the descriptions that chose @param {number[]} chosen
 * @returns {Toy}
 */
export function walk(toy, members, chosen) {
  const codes = toy.codes.map((code, i) => {
    const own = members.filter((_, member) => chosen[member] === i);
    const count = DECAY * code.count + (1 - DECAY) * own.length;
    const total = plus(times(DECAY, code.total), times(1 - DECAY, own.reduce(plus, [0, 0])));
    return { e: times(1 / Math.max(count, 1e-3), total), count, total };
  });
  return { ...toy, codes };
}

/**
 * Dead codes go to descriptions picked at random, and count as chosen like any other. Also which ones went.
 * @param {Toy} toy @param {Point[]} members
 * @param {() => number} random numbers in [0, 1)
 * @returns {{toy: Toy, restarted: number[]}}
 */
export function restartDead(toy, members, random) {
  const count = mean(toy.codes.map((code) => code.count));
  const restarted = [];
  const codes = toy.codes.map((code, i) => {
    if (code.count >= RESTART_BELOW) return code;
    restarted.push(i);
    const e = members[Math.floor(random() * members.length)];
    return { e, count, total: times(count, e) };
  });
  return { toy: { ...toy, codes }, restarted };
}

/** A description is moved by hand. @param {Toy} toy @param {Point} z @returns {Toy} */
export const moveDescription = (toy, moved, z) => ({
  ...toy,
  descriptions: toy.descriptions.map((description, i) => (i === moved ? { ...description, z } : description)),
});

/** A code is moved by hand, and its running sum with it. @param {Toy} toy @param {Point} e @returns {Toy} */
export const moveCode = (toy, moved, e) => ({
  ...toy,
  codes: toy.codes.map((code, i) => (i === moved ? { ...code, e, total: times(code.count, e) } : code)),
});
