// The WebAssembly program of wasm_matmul.js. It is short enough to be written down instruction by
// instruction, so the page needs no compiler and no build step. The encoding:
// https://webassembly.github.io/spec/core/binary/.
//
// multiply and mix keep a block of 4 x 8 sums in registers while they go along i:
//
//     for column = 0, 8, ... below n
//       for row = 0, 4, ... below m
//         block = start + bias, in each of four rows (the last row once more where there are no four left)
//         for i = 0, 1, ... below k, and in each of the four rows:
//           block[r] += x[row + r, i] * w[i, column .. column + 8]
//         out[row .. row + 4, column .. column + 8] = block

export const COLUMNS = 8; // of a block: two vectors of four floats; n is a multiple of it
const ROWS = 4; // of a block

// ---- instructions: each is a list of bytes, and leaves on the stack what its name says ----

const count = (n) => (n < 128 ? [n] : [128 + (n % 128), ...count(n >> 7)]);
const list = (items) => [...count(items.length), ...items.flat()];
const name = (text) => list([...text].map((letter) => letter.charCodeAt(0)));

const [I32, V128] = [0x7f, 0x7b]; // types: a whole number or an address; four floats
const number = (n) => [0x41, n]; // from 0 to 63
const get = (variable) => [0x20, variable];
const set = (variable, value) => [...value, 0x21, variable];
const sum = (a, b) => [...a, ...b, 0x6a];
const difference = (a, b) => [...a, ...b, 0x6b];
const product = (a, b) => [...a, ...b, 0x6c];
const less = (a, b) => [...a, ...b, 0x49];
const least = (a, b) => [...a, ...b, ...less(a, b), 0x1b];
const raise = (variable, by) => set(variable, sum(get(variable), by));

const ALIGNED = 2; // to 2² bytes
const vector = (address, offset = 0) => [...address, 0xfd, 0x00, ALIGNED, offset]; // four floats there
const splat = (address) => [...address, 0xfd, 0x09, ALIGNED, 0]; // the one float that lies there, four times
const store = (address, offset, value) => [...address, ...value, 0xfd, 0x0b, ALIGNED, offset];
/** Four times the same number. @param {number} n @param {any} type */
const constant = (n, type = Float32Array) => [0xfd, 0x0c, ...new Uint8Array(new type(4).fill(n).buffer)];
const simd = (instruction) => {
  return (...values) => [...values.flat(), 0xfd, ...count(instruction)];
};
// The nearest whole numbers, floats as whole numbers, and sums of these.
const [nearest, wholes, wholesSum] = [0x6a, 0xf8, 0xae].map(simd);
const [vectorSum, vectorDifference, vectorProduct, vectorQuotient, smaller, larger] = [
  0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9,
].map(simd);
// a * b + c by one instruction of relaxed SIMD, which rounds once where the processor can, and by two.
const multiplyAddFused = simd(0x105);
const multiplyAddInTwo = (a, b, c) => vectorSum(vectorProduct(a, b), c);
const shifted = (vector, bits) => [...vector, ...number(bits), 0xfd, ...count(0xab)];

/** for (variable = 0; variable < end; variable += step), once at least. */
const loop = (variable, end, step, body) => {
  const again = [...less(get(variable), get(end)), 0x0d, 0]; // a jump back to the start
  return [...set(variable, number(0)), 0x03, 0x40, ...body, ...raise(variable, number(step)), ...again, 0x0b];
};

/**
 * A function of some numbers that returns none; write(...parameters, ...integers, ...vectors) gives its
 * instructions.
 */
function routine(parameters, integers, vectors, write) {
  const variables = list([[...count(integers), I32], [...count(vectors), V128]]); // prettier-ignore
  const body = write(...Array(parameters + integers + vectors).keys());
  return { parameters, code: list([...variables, ...body, 0x0b]) };
}

// ---- the program; all distances are in bytes ----

/** multiply or mix: a factor is one float, four times, or four floats. */
function blocks(multiplyAdd, factorAt, factorBytes) {
  return routine(
    13,
    14,
    11,
    (out, outStep, start, startStep, bias, x, xStep, w, wStep, wStrip, m, k, n, ...variables) => {
      const [column, row, i, line, strip, at, ...rest] = variables; // `strip`: the present eight columns of w
      const [from, to] = [rest.slice(0, 4), rest.slice(4, 8)]; // where each row of x and of out is
      const [factor, ...vectors] = variables.slice(14);
      const weights = vectors.slice(0, 2);
      const block = (r, half) => vectors[2 + 2 * r + half];
      const rows = [...Array(ROWS).keys()];
      const halves = [0, 1]; // of a row of the block: each a vector
      const begin = rows.flatMap((r) => [
        ...set(line, least(sum(get(row), number(r)), difference(get(m), number(1)))),
        ...set(from[r], sum(get(x), product(get(line), get(xStep)))),
        ...set(to[r], sum(sum(get(out), product(get(line), get(outStep))), get(column))),
        ...set(at, sum(sum(get(start), product(get(line), get(startStep))), get(column))),
        ...halves.flatMap((half) =>
          set(
            block(r, half),
            vectorSum(vector(get(at), 16 * half), vector(sum(get(bias), get(column)), 16 * half)),
          ),
        ),
      ]);
      const accumulate = [
        ...halves.flatMap((half) => set(weights[half], vector(get(at), 16 * half))),
        ...raise(at, get(wStep)),
        ...rows.flatMap((r) => [
          ...set(factor, factorAt(get(from[r]))),
          ...raise(from[r], number(factorBytes)),
          ...halves.flatMap((half) =>
            set(block(r, half), multiplyAdd(get(factor), get(weights[half]), get(block(r, half)))),
          ),
        ]),
      ];
      const finish = rows.flatMap((r) =>
        halves.flatMap((half) => store(get(to[r]), 16 * half, get(block(r, half)))),
      );
      const ofRows = [...begin, ...set(at, get(strip)), ...loop(i, k, 1, accumulate), ...finish];
      return [
        ...set(strip, get(w)),
        ...loop(column, n, 4 * COLUMNS, [...loop(row, m, ROWS, ofRows), ...raise(strip, get(wStrip))]),
      ];
    },
  );
}

/**
 * e^x of a vector, to the last bit or two: e^x = 2^n e^r for the nearest whole n to x / ln 2, and a
 * polynomial for e^r (Cephes' expf). Of what is beyond ±30, as if it were that: no gate can tell. Uses the
 * vectors n and r.
 */
function exponential(multiplyAdd, x, n, r) {
  const [high, low] = [0.693359375, -2.1219444e-4]; // ln 2 = high + low, n * high without rounding
  const coefficients = [
    1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1,
  ];
  const polynomial = coefficients.map((c) => constant(c)).reduce((sum, c) => multiplyAdd(sum, get(r), c));
  // The bits of the float 2^n.
  const power = shifted(wholesSum(wholes(get(n)), constant(127, Int32Array)), 23);
  return [
    ...set(r, smaller(larger(x, constant(-30)), constant(30))),
    ...set(n, nearest(vectorProduct(get(r), constant(Math.LOG2E)))),
    ...set(r, vectorDifference(get(r), vectorProduct(get(n), constant(high)))),
    ...set(r, vectorDifference(get(r), vectorProduct(get(n), constant(low)))),
    ...vectorProduct(polynomial, power),
  ];
}

/** tanh(a) sigmoid(b) = (1 - e^-2a) / ((1 + e^-2a) (1 + e^-b)). */
function gates(multiplyAdd) {
  return routine(
    8,
    3,
    4,
    (out, outStep, start, startStep, x, xStep, m, n, row, column, at, ea, eb, whole, rest) => {
      const one = constant(1);
      const gate = vectorQuotient(
        vectorDifference(one, get(ea)),
        vectorProduct(vectorSum(one, get(ea)), vectorSum(one, get(eb))),
      );
      const body = [
        ...set(at, sum(get(x), get(column))),
        ...set(ea, exponential(multiplyAdd, vectorProduct(vector(get(at)), constant(-2)), whole, rest)),
        ...set(
          eb,
          exponential(multiplyAdd, vectorProduct(vector(sum(get(at), get(n))), constant(-1)), whole, rest),
        ),
        ...store(sum(get(out), get(column)), 0, vectorSum(vector(sum(get(start), get(column))), gate)),
      ];
      const next = [...raise(x, get(xStep)), ...raise(out, get(outStep)), ...raise(start, get(startStep))];
      return loop(row, m, 1, [...loop(column, n, 16, body), ...next]);
    },
  );
}

function sums() {
  return routine(8, 2, 0, (out, outStep, a, aStep, b, bStep, m, n, row, column) => {
    const both = vectorSum(vector(sum(get(a), get(column))), vector(sum(get(b), get(column))));
    const next = [...raise(out, get(outStep)), ...raise(a, get(aStep)), ...raise(b, get(bStep))];
    return loop(row, m, 1, [...loop(column, n, 16, store(sum(get(out), get(column)), 0, both)), ...next]);
  });
}

function rectified() {
  return routine(3, 1, 0, (out, x, n, column) => {
    const positive = larger(vector(sum(get(x), get(column))), constant(0));
    return loop(column, n, 16, store(sum(get(out), get(column)), 0, positive));
  });
}

/**
 * The whole program: a module that imports page.memory and exports the functions. Where `fused`, it adds
 * products in one step, by which 16 samples took a fifth less time. Not every browser has these instructions.
 */
export function program(fused) {
  const multiplyAdd = fused ? multiplyAddFused : multiplyAddInTwo;
  const routines = {
    multiply: blocks(multiplyAdd, splat, 4),
    mix: blocks(multiplyAdd, vector, 16),
    gate: gates(multiplyAdd),
    add: sums(),
    relu: rectified(),
  };
  const [names, all] = [Object.keys(routines), Object.values(routines)];
  const types = all.map(({ parameters }) => [0x60, ...list(Array(parameters).fill(I32)), 0]);
  const section = (id, items) => [id, ...list(list(items))];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, types), // of each function: some numbers, to none
    ...section(2, [[...name("page"), ...name("memory"), 2, 0, 1]]), // imports: a memory of at least one page
    ...section(3, names.map((_, i) => i)), // functions, and the type of each
    ...section(7, names.map((text, i) => [...name(text), 0, i])), // exports: these functions
    ...section(10, all.map(({ code }) => code)), // code
  ]); // prettier-ignore
}
