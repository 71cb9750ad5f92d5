// How long the page's prior takes, in node or a browser; see prior_speed.py. measure() -> {matmul: GFLOP/s,
// medians: {name: ms}, ...}

import { finished, pixelcnn } from "../../vqdemo/ui/static/networks/pixelcnn.js";
import { sampling } from "../../vqdemo/ui/static/networks/sampling.js";
import { kernel, layout, strips } from "../../vqdemo/ui/static/networks/wasm_matmul.js";

const [ROWS, K, N] = [56, 240, 160]; // a product of the prior's middle size
const UNKNOWN = 25; // cells of an erased half

/** GFLOP/s of the product alone, measured for some milliseconds. */
function matmul(simd) {
  const { arrays, place } = layout();
  const x = place(new Float32Array(ROWS * K).fill(0.5));
  const layer = { w: place(strips(() => 0.25, K, N)), bias: place(new Float32Array(N)), k: K, n: N };
  const out = place(new Float32Array(ROWS * N));
  const { multiply } = kernel(arrays, simd);
  return () => {
    const start = performance.now();
    let times = 0;
    for (; performance.now() - start < 5; times += 5)
      for (let i = 0; i < 5; i++) multiply(ROWS, layer, x, K, out, N);
    return (2 * ROWS * K * N * times) / (performance.now() - start) / 1e6;
  };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** file: of weights; grids: codes of digits; repeats: of each. */
export function measure({ file, config, grids, repeats, simd = true }) {
  const begun = performance.now();
  const network = pixelcnn(file, config, { simd });
  const loading = performance.now() - begun;
  let asked = sampling(network);
  const speed = matmul(simd);

  const fresh = () => (asked = sampling(network)); // it has kept nothing of what it was asked before
  const half = (codes) => codes.map((code, cell) => (cell < UNKNOWN ? -1 : code)); // the top is erased
  const whole = (question, given) => (codes, seed) => finished(asked[question](given(codes, seed)));
  const untilFirst = (question, given) => (codes, seed) => {
    const computation = asked[question](given(codes, seed));
    while (!computation.next().value);
  };
  const eight = (label) => (codes, seed) => ({ codes: half(codes), n: 8, label, seed, ahead: true });
  const ofAlternatives = (codes, seed) => {
    const answers = finished(asked.complete(eight(null)(codes, seed)));
    return () => finished(asked.logProb({ codes: answers, known: half(codes).map((code) => code >= 0) }));
  };
  const questions = {
    "conditionals with a label": whole("conditionals", (codes) => ({ codes, label: 3 })),
    "conditionals without": whole("conditionals", (codes) => ({ codes })),
    "8 alternatives with a label": whole("complete", eight(3)),
    "the first of them": untilFirst("complete", eight(3)),
    "8 alternatives without": whole("complete", eight(null)),
    "the first of these": untilFirst("complete", eight(null)),
    "log_prob of 8 alternatives without": ofAlternatives,
    "16 samples, guided": whole("sample", (_, seed) => ({ n: 16, label: 3, guidance: 0.5, seed })),
    "label_probs with unknown cells": whole("labelProbs", (codes) => ({ codes: half(codes) })),
    "label_probs with all cells but one": whole("labelProbs", (codes) => ({
      codes: codes.map((code, cell) => (cell === 3 ? -1 : code)),
    })),
  };

  const [times, speeds] = [{}, []];
  for (const [name, question] of Object.entries(questions)) {
    times[name] = [];
    for (let i = 0; i < repeats + 3; i++) {
      fresh();
      const later =
        question.length && name.startsWith("log_prob") ? question(grids[i % grids.length], i) : null;
      speeds.push(speed());
      const start = performance.now();
      if (later) later();
      else question(grids[i % grids.length], i);
      const took = performance.now() - start;
      speeds.push(speed());
      // What it would take at 30 GFLOP/s, by the speed of the product just before and after.
      if (i >= 3) times[name].push([took, (took * (speeds.at(-1) + speeds.at(-2))) / 2 / 30]);
    }
  }
  const of = (which, pick) =>
    Object.fromEntries(
      Object.entries(times).map(([name, all]) => [name, pick(all.map((one) => one[which]))]),
    );
  const least = (numbers) => Math.min(...numbers);
  return {
    loading,
    matmul: median(speeds),
    fastest: Math.max(...speeds),
    median: of(0, median),
    least: of(0, least),
    scaled: of(1, median),
  };
}
