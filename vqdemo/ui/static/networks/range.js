/** The whole numbers from `from` on, n of them. */
export const range = (n, from = 0) => Array.from({ length: n }, (_, i) => from + i);

/**
 * The runs of equal neighbours among the first `length` of some numbers -> [first, end] of each.
 * @param {ArrayLike<number>} numbers
 * @param {number} length
 */
export function runs(numbers, length) {
  const firsts = range(length).filter((i) => i === 0 || numbers[i] !== numbers[i - 1]);
  return firsts.map((first, i) => [first, firsts[i + 1] ?? length]);
}
