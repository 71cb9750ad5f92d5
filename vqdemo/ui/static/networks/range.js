/** The whole numbers from `from` on, n of them. */
export const range = (n, from = 0) => Array.from({ length: n }, (_, i) => from + i);

/**
 * The runs of equal neighbours among the first `length` of some numbers -> [first, end] of each.
 * @param {ArrayLike<number>} numbers
 * @param {number} length
 */
export function runs(numbers, length) {
  const found = [];
  for (let first = 0, end; first < length; first = end) {
    for (end = first + 1; end < length && numbers[end] === numbers[first]; end++);
    found.push([first, end]);
  }
  return found;
}
