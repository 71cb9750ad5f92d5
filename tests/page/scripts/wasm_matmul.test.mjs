// The kernel computes what its header says, with SIMD and by plain loops.

import assert from "node:assert/strict";
import test from "node:test";

import { COLUMNS, kernel, layout, strips, ZEROS } from "../../../vqdemo/ui/static/networks/wasm_matmul.js";

const valueOf = (i) => Math.sin(12.9898 * i); // as good as random, between -1 and 1
const values = (length, seed) => Float32Array.from({ length }, (_, i) => valueOf(i + seed));

/** Arrays in the memory of a kernel -> the kernel, and where each lies. */
function placed({ simd, fused }, ...arrays) {
  const { arrays: all, place } = layout();
  const starts = arrays.map(place);
  const functions = kernel(all, simd, fused);
  assert.equal(functions.simd, simd);
  return [functions, ...starts];
}

function near(heap, at, expected) {
  expected.forEach((value, i) =>
    assert.ok(Math.abs(heap[at + i] - value) < 1e-4, `number ${i}: ${heap[at + i]}`),
  );
}

test("without WebAssembly plain loops are taken", () => {
  const { WebAssembly } = globalThis;
  globalThis.WebAssembly = undefined;
  try {
    assert.equal(kernel([values(8, 0)]).simd, false);
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
});

const WAYS = {
  "SIMD that adds products in one step, if there is any": { simd: true, fused: true },
  SIMD: { simd: true, fused: false },
  "plain loops": { simd: false, fused: false },
};

for (const [by, way] of Object.entries(WAYS)) {
  for (const [m, k, n] of [
    [1, 1, COLUMNS],
    [5, 7, 8],
    [49, 33, 16],
    [8, 100, 40],
  ]) {
    test(`out = start + bias + x · w by ${by}: ${m} x ${k} times ${k} x ${n}`, () => {
      const [xStep, outStep] = [k + 3, n + 4]; // rows that are not next to each other
      const [x, bias, start] = [values(m * xStep, 0), values(n, 0.5), values(m * n, 0.7)];
      const weight = (i, column) => Math.fround(valueOf(i * n + column + 0.25));
      const untouched = new Float32Array(m * outStep).fill(7);
      const [functions, ...at] = placed(way, x, strips(weight, k, n), bias, start, untouched);
      functions.multiply(m, { w: at[1], bias: at[2], k, n }, at[0], xStep, at[4], outStep, at[3], n);
      const expected = untouched.map((number, i) => {
        const [row, column] = [Math.floor(i / outStep), i % outStep];
        if (column >= n) return number;
        let sum = start[row * n + column] + bias[column];
        for (let j = 0; j < k; j++) sum += x[row * xStep + j] * weight(j, column);
        return sum;
      });
      near(functions.heap, at[4], expected);
    });
  }

  test(`mix by ${by}: a weight of its own for each of four channels`, () => {
    const [m, k, n] = [7, 5, 16];
    const [w, x] = [values(m * k * 4, 0), values(k * n, 0.5)];
    const [functions, ...at] = placed(way, w, x, new Float32Array(m * n));
    functions.mix(m, k, n, at[0], k * 4, at[1], n, at[2], n);
    const expected = Float32Array.from({ length: m * n }, (_, i) => {
      const [row, column] = [Math.floor(i / n), i % n];
      let sum = 0;
      for (let j = 0; j < k; j++) sum += w[(row * k + j) * 4 + (column % 4)] * x[j * n + column];
      return sum;
    });
    near(functions.heap, at[2], expected);
  });

  test(`gate by ${by}: start + tanh(a) sigmoid(b), of numbers of any size`, () => {
    const numbers = [0, 1e-8, -1e-3, 0.3, -1, 2.5, -9, 15, -40, 88, -89, 1e4, -1e30, Infinity, -Infinity];
    const pairs = numbers.flatMap((a) => numbers.map((b) => [a, b]));
    const rows = pairs.map(([a, b]) => [a, a, a, a, b, b, b, b]);
    const start = values(4, 0);
    const [functions, ...at] = placed(
      way,
      Float32Array.from(rows.flat()),
      start,
      new Float32Array(4 * rows.length),
    );
    functions.gate(rows.length, 4, at[0], 8, at[2], 4, at[1], 0);
    pairs.forEach(([a, b], row) => {
      const gate = Math.tanh(a) / (1 + Math.exp(-b));
      for (let i = 0; i < 4; i++) {
        assert.ok(
          Math.abs(functions.heap[at[2] + 4 * row + i] - start[i] - gate) < 5e-7,
          `a = ${a}, b = ${b}`,
        );
      }
    });
  });

  test(`add by ${by}`, () => {
    const [a, b] = [values(24, 0), values(8, 0.5)];
    const [functions, ...at] = placed(way, a, b, new Float32Array(24));
    functions.add(3, 8, at[0], 8, at[1], 0, at[2], 8);
    near(
      functions.heap,
      at[2],
      a.map((number, i) => number + b[i % 8]),
    );
    assert.ok(functions.heap.subarray(ZEROS, ZEROS + 64).every((number) => number === 0));
  });

  test(`relu by ${by}`, () => {
    const x = values(24, 0.2);
    const [functions, ...at] = placed(way, x, new Float32Array(32).fill(7));
    functions.relu(24, at[0], at[1]);
    near(
      functions.heap,
      at[1],
      Float32Array.from({ length: 32 }, (_, i) => (i < 24 ? Math.max(x[i], 0) : 7)),
    );
  });
}
