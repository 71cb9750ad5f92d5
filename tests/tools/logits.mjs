// Logits of every cell of one grid: `PixelCNN.forward` of vqdemo/pixelcnn.py.

import { range } from "../../vqdemo/ui/static/networks/range.js";

/** A network (see pixelcnn.js) -> logits(). */
export function logitsOf(network) {
  const { config, cells, heap, inOrder } = network;
  const numCodes = config.num_codes;

  /**
   * Logits of each cell given all cells before it, the known cells after it, and the label ->
   * Float32Array [cell][numCodes].
   */
  return function* logits({ codes, known, label }) {
    const seen = codes.map((code, cell) => (known[cell] ? code : -1));
    yield* network.passBefore([inOrder(codes)], [label], () => true);
    yield* network.computeAfter([inOrder(seen)], [label], "contextAfter");
    const [result, turned] = [new Float32Array(cells * numCodes), inOrder(range(cells))];
    yield* network.passHead(
      { where: "contextAfter", n: 1, which: [0] },
      () => true,
      (cell, _, at) => result.set(heap.subarray(at, at + numCodes), turned[cell] * numCodes),
    );
    return result;
  };
}
