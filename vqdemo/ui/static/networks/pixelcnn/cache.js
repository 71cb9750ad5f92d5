// For the sampler: a row at a time, and of that a cell. What has been computed of earlier cells is kept
// (`Cache` of sampling.py).

export function cacheOf(sizes, kernel, { before, head: placed }, stacks, { mixRows, enter }, head) {
  const { grid, cells, width, wide } = sizes;
  const { heap, multiply } = kernel;
  const { fusionLayers, logits } = placed;
  const { begin, vertical, along, finish } = stacks;

  let row, done, kept; // the present row, how many of its cells have been computed, the context after

  /** Begin with codes [grid][cell], labels [grid] and what is known after each of them. */
  function start(codes, labels, known) {
    begin(before, codes, labels);
    kept = known;
  }

  function startRow(index) {
    [row, done] = [index, 0];
    for (let i = 0; i < before.layers.length; i++) vertical(before, i, index);
    const { n } = before;
    for (const { above, contextBefore } of fusionLayers) {
      const out = contextBefore + index * grid * n * 2 * wide;
      heap.fill(0, out, out + grid * n * 2 * wide);
      mixRows(n, above, index, out);
    }
  }

  /** The horizontal part of the cells up to `end`, those that are left to do. */
  function computeUntil(end) {
    if (done >= end) return;
    for (let i = 0; i < before.layers.length; i++) along(before, i, row, done, end);
    done = end;
  }

  /** The logits of a cell of the row, all to the left of which have their codes -> where, [grid][kinds]. */
  function logitsOf(column) {
    computeUntil(column + 1);
    const { n, features } = before;
    const cell = row * grid + column;
    for (const { before: layer, contextBefore } of fusionLayers) {
      const out = contextBefore + cell * n * 2 * wide;
      multiply(n, layer, features + cell * n * width, width, out, 2 * wide, out, 2 * wide);
    }
    head(row, column, column + 1, kept, logits);
    return logits;
  }

  function write(column, codes) {
    before.codes.set(codes, (row * grid + column) * before.n);
  }

  function finishRow() {
    computeUntil(grid);
    const { n, features } = before;
    for (let i = 0; i < before.layers.length; i++) finish(before, i, row);
    for (const { above } of fusionLayers) enter(n, above, row, features + row * grid * n * width, width);
  }

  /**
   * Go on with these grids, [grid], some perhaps more than once: each of them, in the order of their first
   * appearance.
   */
  function select(grids) {
    const [n, m, cell] = [before.n, grids.length, row * grid];
    if (m === n) return;
    /** What of a matrix, `size` columns for each grid of a cell, is still to be read: from cell to cell. */
    const spread = (matrix, size, from, to) => {
      for (let i = to - 1; i >= from; i--) {
        for (let j = m - 1; j >= 0; j--) {
          const old = matrix + (i * n + grids[j]) * size;
          heap.copyWithin(matrix + (i * m + j) * size, old, old + size);
        }
      }
    };
    for (const { v, h, gates, mixing } of before.layers) {
      if (v !== undefined) spread(h, width, cell, cell + grid);
      spread(gates, 2 * width, 0, grid);
      spread(mixing.values, mixing.columns, 0, cell);
    }
    for (const { above, contextBefore } of fusionLayers) {
      spread(contextBefore, 2 * wide, cell, cell + grid);
      spread(above.values, above.columns, 0, cell);
    }
    spread(before.features, width, cell, cell + grid);
    const { codes, labels } = before;
    for (let i = cells - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--) codes[i * m + j] = codes[i * n + grids[j]];
    labels.set(grids.map((k) => labels[k]));
    before.n = m;
    kept = { ...kept, which: grids.map((k) => kept.which[k]) };
  }

  return { start, startRow, logitsOf, write, finishRow, select };
}
