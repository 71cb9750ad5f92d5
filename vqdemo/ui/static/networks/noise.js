// The uniform numbers behind everything that is drawn, the same as those of vqdemo/noise.py, which says how
// they are made.

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57];
const WEYL = [0x9e3779b9, 0xbb67ae85]; // by which the key is raised from round to round
const [CELLS, LABELS] = [0, 1]; // what a number is for: the counter's third word

/** The upper and the lower half of a * b, whole numbers below 2³². */
function product(a, b) {
  const [high, low] = [a >>> 16, a & 0xffff];
  const [middle, lowest] = [high * b, low * b]; // both below 2⁴⁸, and so exact
  const sum = (middle % 65536) * 65536 + lowest;
  return [Math.floor(middle / 65536) + Math.floor(sum / 4294967296), sum % 4294967296];
}

/** Four words of counter and two of key -> four random words, whole numbers below 2³². */
export function philox(counter, key) {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high, low] = product(MULTIPLIERS[0], a);
    const [otherHigh, otherLow] = product(MULTIPLIERS[1], c);
    [a, b, c, d] = [(otherHigh ^ b ^ k) >>> 0, otherLow, (high ^ d ^ l) >>> 0, low];
    [k, l] = [(k + WEYL[0]) >>> 0, (l + WEYL[1]) >>> 0];
  }
  return [a, b, c, d];
}

/** A seed from 0 to 2⁶³ - 1 (a BigInt where it is not exact as a number) -> its two words. */
function keyOf(seed) {
  const whole = BigInt(seed);
  return [Number(whole & 0xffffffffn), Number(whole >> 32n)];
}

/** For each cell of an alternative a number in [0,1). */
export function cellNumbers(seed, alternative, cells) {
  const [key, numbers] = [keyOf(seed), new Float64Array(cells)];
  for (let cell = 0; cell < cells; cell += 4) {
    const words = philox([cell / 4, alternative, CELLS, 0], key);
    for (let i = 0; i < 4 && cell + i < cells; i++) numbers[cell + i] = words[i] / 4294967296;
  }
  return numbers;
}

/** The number in [0,1) by which an alternative's label is drawn. */
export function labelNumber(seed, alternative) {
  const [offset] = philox([0, 0, LABELS, 0], keyOf(seed));
  return ((offset + Math.imul(alternative, WEYL[0])) >>> 0) / 4294967296;
}
