/** The whole numbers from `from` on, n of them. */
export const range = (n, from = 0) => Array.from({ length: n }, (_, i) => from + i);
