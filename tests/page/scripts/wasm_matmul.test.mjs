// The WebAssembly product of matrices is x · w + bias.

import assert from "node:assert/strict";
import test from "node:test";

import { COLUMNS, kernel, ROWS, strips } from "../../../vqdemo/ui/static/networks/wasm_matmul.js";

const valueOf = (i) => Math.sin(12.9898 * i); // as good as random, between -1 and 1

for (const [m, k, n] of [
  [ROWS, 1, COLUMNS],
  [4, 7, 8],
  [52, 33, 16],
  [8, 100, 40],
]) {
  test(`${m} x ${k} times ${k} x ${n}`, () => {
    const x = Float32Array.from({ length: m * k }, (_, i) => valueOf(i));
    const bias = Float32Array.from({ length: n }, (_, i) => valueOf(i + 0.5));
    const weight = (i, column) => Math.fround(valueOf(i * n + column + 0.25));
    const { copies, multiply } = kernel([new Float32Array(m * n), x, strips(weight, k, n), bias]);
    const [out, ...arguments_] = copies;
    multiply(out, ...arguments_, k, n);
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = bias[column];
        for (let i = 0; i < k; i++) sum += x[row * k + i] * weight(i, column);
        assert.ok(Math.abs(out[row * n + column] - sum) < 1e-5 * k);
      }
    }
  });
}
