// The product of matrices, in which nearly all the time of the networks goes, as a WebAssembly program of
// SIMD instructions: ten times as fast as plain JavaScript. It is short enough to be written down instruction
// by instruction, so the page needs no compiler and no build step. The encoding:
// https://webassembly.github.io/spec/core/binary/
//
//   out = x · w + bias, all float32, for x of m rows and k columns and w of n columns:
//
//     for column = 0, 8, ... below n
//       for row = 0, 4, ... below m
//         block = bias[column .. column + 8], in each of four rows
//         for i = 0, 1, ... below k, and in each of the four rows:
//           block[r] += x[row + r, i] * w[i, column .. column + 8]
//         out[row .. row + 4, column .. column + 8] = block

export const ROWS = 4; // of a block; m is a multiple of it
export const COLUMNS = 8; // of a block: two vectors of four floats; n is a multiple of it
const PAGE = 65536; // bytes, the unit in which a program is given memory

/**
 * Copies of arrays where the program can reach them, and the program, which works on such copies.
 * @param {Float32Array[]} arrays
 * @returns {{copies: Float32Array[], multiply: (out: Float32Array, x: Float32Array, w: Float32Array,
 *   bias: Float32Array, k: number, n: number) => void}} w: in strips of eight columns, see strips()
 */
export function kernel(arrays) {
  const starts = [0];
  for (const { length } of arrays) starts.push(starts.at(-1) + 4 * (length + (-length & 15))); // of cache lines
  const memory = new WebAssembly.Memory({ initial: Math.ceil(starts.at(-1) / PAGE) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary()), { page: { memory } });
  const program = /** @type {any} */ (instance.exports);
  const copies = arrays.map((array, i) => {
    const copy = new Float32Array(memory.buffer, starts[i], array.length);
    copy.set(array);
    return copy;
  });
  const multiply = (out, x, w, bias, k, n) =>
    program.multiply(out.byteOffset, x.byteOffset, w.byteOffset, bias.byteOffset, out.length / n, k, n);
  return { copies, multiply };
}

/**
 * The matrix of w(i, column), k rows and n columns, in the order in which the program reads it: eight columns
 * from top to bottom, then the next eight.
 */
export function strips(w, k, n) {
  const matrix = new Float32Array(k * n);
  for (let i = 0; i < k; i++) {
    for (let column = 0; column < n; column++) {
      const [strip, inside] = [Math.floor(column / COLUMNS), column % COLUMNS];
      matrix[(strip * k + i) * COLUMNS + inside] = w(i, column);
    }
  }
  return matrix;
}

// ---- instructions: lists of bytes; each leaves on the stack what its name says ----

const count = (n) => (n < 128 ? [n] : [128 + (n % 128), ...count(n >> 7)]);
const list = (items) => [...count(items.length), ...items.flat()];
const name = (text) => list([...text].map((letter) => letter.charCodeAt(0)));

const [I32, V128] = [0x7f, 0x7b]; // types: a whole number or an address; four floats
const number = (n) => [0x41, n]; // from 0 to 63
const get = (variable) => [0x20, variable];
const set = (variable, value) => [...value, 0x21, variable];
const sum = (a, b) => [...a, ...b, 0x6a];
const product = (a, b) => [...a, ...b, 0x6c];
const less = (a, b) => [...a, ...b, 0x49];
const bytes = (floats) => product(floats, number(4));
const raise = (variable, by) => set(variable, sum(get(variable), by));

const ALIGNED = 2; // to 2² bytes
const vector = (address, offset) => [...address, 0xfd, 0x00, ALIGNED, offset]; // the four floats that lie there
const splat = (address) => [...address, 0xfd, 0x09, ALIGNED, 0]; // the one float that lies there, four times
const store = (address, offset, value) => [...address, ...value, 0xfd, 0x0b, ALIGNED, offset];
const vectorSum = (a, b) => [...a, ...b, 0xfd, ...count(0xe4)];
const vectorProduct = (a, b) => [...a, ...b, 0xfd, ...count(0xe6)];

/** for (variable = 0; variable < end; variable += step), once at least. */
const loop = (variable, end, step, body) => {
  const again = [...less(get(variable), get(end)), 0x0d, 0]; // a jump back to the start
  return [...set(variable, number(0)), 0x03, 0x40, ...body, ...raise(variable, number(step)), ...again, 0x0b];
};

// ---- the program ----

function binary() {
  const [out, x, w, bias, m, k, n, ...integers] = Array(16).keys();
  const [column, row, i, to, strip, ...from] = integers; // `strip`: where w is read; `from`: where each row of x is
  const [factor, ...vectors] = Array.from({ length: 11 }, (_, at) => 16 + at);
  const weights = vectors.slice(0, 2);
  const block = (r, half) => vectors[2 + 2 * r + half];
  const rows = [...Array(ROWS).keys()];
  const halves = [0, 1]; // of a row of the block: each a vector

  const begin = [
    ...set(strip, sum(get(w), bytes(product(get(column), get(k))))),
    ...rows.flatMap((r) => set(from[r], sum(get(x), bytes(product(sum(get(row), number(r)), get(k)))))),
    ...rows.flatMap((r) => halves.flatMap((half) => set(block(r, half), vector(sum(get(bias), bytes(get(column))), 16 * half)))),
  ];
  const accumulate = [
    ...halves.flatMap((half) => set(weights[half], vector(get(strip), 16 * half))),
    ...raise(strip, number(32)),
    ...rows.flatMap((r) => [
      ...set(factor, splat(get(from[r]))),
      ...raise(from[r], number(4)),
      ...halves.flatMap((half) =>
        set(block(r, half), vectorSum(get(block(r, half)), vectorProduct(get(factor), get(weights[half])))),
      ),
    ]),
  ];
  const finish = [
    ...set(to, sum(get(out), bytes(sum(product(get(row), get(n)), get(column))))),
    ...rows.flatMap((r) => [
      ...halves.flatMap((half) => store(get(to), 16 * half, get(block(r, half)))),
      ...raise(to, bytes(get(n))),
    ]),
  ];
  const body = loop(column, n, COLUMNS, loop(row, m, ROWS, [...begin, ...loop(i, k, 1, accumulate), ...finish]));

  const parameters = list(Array(7).fill(I32));
  const variables = list([[integers.length, I32], [11, V128]]);
  const section = (id, items) => [id, ...list(list(items))];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [[0x60, ...parameters, 0]]), // types: a function of seven numbers that returns none
    ...section(2, [[...name("page"), ...name("memory"), 2, 0, 1]]), // imports: a memory of at least one page
    ...section(3, [0]), // functions: one, of the first type
    ...section(7, [[...name("multiply"), 0, 0]]), // exports: that function
    ...section(10, [list([...variables, ...body, 0x0b])]), // code
  ]);
}
