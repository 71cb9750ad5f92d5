// What takes the networks' time, by a WebAssembly program of SIMD instructions (wasm_program.js): ten times
// as fast as plain JavaScript. Where SIMD is not known, the same functions run as plain loops.
//
// All matrices are float32 and lie in one memory, `heap`. A matrix is told by where its first number is and
// by how many numbers its rows are apart (its step): a step of 0 is one row for all. The functions, for m
// rows:
//
//   multiply   out = start + bias + x · w       for x of k and w of n columns
//   mix        out[r, c] = sum over i of w[r, i, c % 4] * x[i, c]       a weight for each of four channels
//   gate       out = start + tanh(a) * sigmoid(b)     for the halves a, b of the columns of x
//   add        out = a + b
//   relu       out = the greater of x and 0, for numbers that lie one after the other

import { COLUMNS, program } from "./wasm_program.js";

export { COLUMNS };

const PAGE = 65536; // bytes, the unit in which a program is given memory

export const ZEROS = 0; // where a page of zeros lies: the start or the bias of those that need none
const FIRST = PAGE / 4; // the first number behind it

/** A number rounded up to a multiple of step: matrices are filled up with zeros to full blocks. */
export const padded = (number, step = COLUMNS) => Math.ceil(number / step) * step;

/** Numbers that an array takes up in the memory: each begins at the start of a cache line. */
const room = (length) => padded(length, 16);

/**
 * Arrays of float32 -> {heap, copies, simd, multiply, mix, gate, add, relu}: the memory, copies of the arrays
 * that lie in it one after the other (see room(), FIRST), whether SIMD is used, and the functions. Products are
 * added in one step (`fused`) where the browser has that, too.
 */
export function kernel(arrays, simd = true, fused = simd) {
  const starts = [FIRST];
  for (const { length } of arrays) starts.push(starts.at(-1) + room(length));
  const pages = Math.ceil((4 * starts.at(-1)) / PAGE);
  // Some browsers have no WebAssembly at all in their strictest settings.
  const memory = globalThis.WebAssembly ? new WebAssembly.Memory({ initial: pages }) : null;
  const heap = new Float32Array(memory ? memory.buffer : new ArrayBuffer(pages * PAGE));
  const copies = arrays.map((array, i) => {
    const copy = heap.subarray(starts[i], starts[i] + array.length);
    copy.set(array);
    return copy;
  });
  const functions = (simd && memory && compiled(memory, fused)) || loops(heap);
  return { heap, copies, ...functions };
}

/**
 * Where the arrays given to kernel() will lie: {arrays, place}, where place(array) tells where its first
 * number goes.
 */
export function layout() {
  const arrays = [];
  let next = FIRST;
  const place = (array) => {
    const at = next;
    arrays.push(array);
    next += room(array.length);
    return at;
  };
  return { arrays, place };
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

// ---- the functions ----
//
// multiply is given a layer {w, bias, k, n}: where strips() of its weights and its bias lie, and their size.

function compiled(memory, fused) {
  /** @type {Record<string, any>} */
  let functions;
  try {
    functions = new WebAssembly.Instance(new WebAssembly.Module(program(fused)), { page: { memory } })
      .exports;
  } catch {
    return fused ? compiled(memory, false) : null; // no relaxed SIMD; no SIMD
  }
  return {
    simd: true,
    multiply(m, { w, bias, k, n }, x, xStep, out, outStep, start = ZEROS, startStep = 0) {
      functions.multiply(
        4 * out,
        4 * outStep,
        4 * start,
        4 * startStep,
        4 * bias,
        4 * x,
        4 * xStep,
        4 * w,
        4 * COLUMNS,
        4 * COLUMNS * k,
        m,
        k,
        4 * n,
      );
    },
    mix(m, k, n, w, wStep, x, xStep, out, outStep) {
      functions.mix(4 * out, 4 * outStep, 0, 0, 0, 4 * w, 4 * wStep, 4 * x, 4 * xStep, 32, m, k, 4 * n);
    },
    gate(m, n, x, xStep, out, outStep, start = ZEROS, startStep = 0) {
      functions.gate(4 * out, 4 * outStep, 4 * start, 4 * startStep, 4 * x, 4 * xStep, m, 4 * n);
    },
    add(m, n, a, aStep, b, bStep, out, outStep) {
      functions.add(4 * out, 4 * outStep, 4 * a, 4 * aStep, 4 * b, 4 * bStep, m, 4 * n);
    },
    relu(length, x, out) {
      functions.relu(4 * out, 4 * x, 4 * length);
    },
  };
}

function loops(heap) {
  return {
    simd: false,
    multiply(m, { w, bias, k, n }, x, xStep, out, outStep, start = ZEROS, startStep = 0) {
      const sums = new Float32Array(COLUMNS);
      for (let strip = 0; strip < n; strip += COLUMNS) {
        for (let row = 0; row < m; row++) {
          for (let c = 0; c < COLUMNS; c++)
            sums[c] = heap[start + row * startStep + strip + c] + heap[bias + strip + c];
          for (let i = 0; i < k; i++) {
            const factor = heap[x + row * xStep + i];
            const at = w + strip * k + i * COLUMNS;
            for (let c = 0; c < COLUMNS; c++) sums[c] += factor * heap[at + c];
          }
          heap.set(sums, out + row * outStep + strip);
        }
      }
    },
    mix(m, k, n, w, wStep, x, xStep, out, outStep) {
      for (let row = 0; row < m; row++) {
        heap.fill(0, out + row * outStep, out + row * outStep + n);
        for (let i = 0; i < k; i++) {
          const at = w + row * wStep + 4 * i;
          for (let c = 0; c < n; c++)
            heap[out + row * outStep + c] += heap[at + (c % 4)] * heap[x + i * xStep + c];
        }
      }
    },
    gate(m, n, x, xStep, out, outStep, start = ZEROS, startStep = 0) {
      for (let row = 0; row < m; row++) {
        for (let c = 0; c < n; c++) {
          const [a, b] = [heap[x + row * xStep + c], heap[x + row * xStep + n + c]];
          heap[out + row * outStep + c] =
            heap[start + row * startStep + c] + Math.tanh(a) / (1 + Math.exp(-b));
        }
      }
    },
    add(m, n, a, aStep, b, bStep, out, outStep) {
      for (let row = 0; row < m; row++) {
        for (let c = 0; c < n; c++)
          heap[out + row * outStep + c] = heap[a + row * aStep + c] + heap[b + row * bStep + c];
      }
    },
    relu(length, x, out) {
      for (let i = 0; i < length; i++) heap[out + i] = Math.max(heap[x + i], 0);
    },
  };
}
