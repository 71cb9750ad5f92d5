// `CausalRowMixing` of pixelcnn.py: what each cell reads of all cells in the rows above its own.

import { range } from "../range.js";
import { padded } from "../wasm_matmul.js";
import { channels, NAMES } from "./weights.js";

/**
 * The order of channels in which mix() can use one weight for each of four: groups side by side, four at a
 * time.
 */
function interleaved(n, groups) {
  const each = n / groups;
  return range(Math.ceil(groups / 4)).flatMap((four) =>
    range(padded(each, 2)).flatMap((channel) =>
      range(4).map((i) => (4 * four + i < groups && channel < each ? (4 * four + i) * each + channel : -1)),
    ),
  );
}

/**
 * The row mixing of a name, of n channels of at most `most` grids, into the channels `to`. With an embedding
 * it reads codes.
 */
export function placeRowMixing(weights, name, n, to, embedding = null) {
  const { place, space, tensor, linear, table } = weights;
  const { cells, most } = weights.sizes;
  const { groups } = weights.config;
  const order = interleaved(n, groups);
  const { data } = tensor(`${name}.${NAMES.mixing.weight}`);
  const [fours, all] = [Math.ceil(groups / 4), cells * cells];
  const weight = new Float32Array(fours * all * 4); // [four][to][from], a weight for each of four groups
  for (let group = 0; group < groups; group++) {
    const first = Math.floor(group / 4) * all * 4 + (group % 4);
    for (let pair = 0; pair < all; pair++) weight[first + 4 * pair] = data[group * all + pair];
  }
  const enter = linear(`${name}.${NAMES.mixing.enter}`, channels(n), order);
  return {
    ...{ fours, weight: place(weight), columns: order.length, enter },
    table: embedding === null ? null : table(embedding, enter),
    leave: linear(`${name}.${NAMES.mixing.leave}`, order, to),
    values: space(cells, most, order.length),
  };
}

/** `mixed`: where there is room for a row of all grids. */
export function rowMixing({ grid, cells }, { heap, multiply, mix }, mixed) {
  /** Add the row mixing of the rows above a row. */
  function mixRows(n, { fours, weight, columns, leave, values }, index, out) {
    if (index === 0) return;
    const [share, to] = [columns / fours, index * grid];
    for (let four = 0; four < fours; four++) {
      const w = weight + (four * cells + to) * cells * 4;
      for (let k = 0; k < n; k++) {
        const from = k * columns + four * share;
        mix(grid, to, share, w, cells * 4, values + from, n * columns, mixed + from, n * columns);
      }
    }
    multiply(grid * n, leave, mixed, columns, out, leave.n, out, leave.n);
  }

  /** Keep what the rows below will read of a row: x is its matrix, of `step` columns. */
  function enter(n, { enter, columns, values }, index, x, step) {
    multiply(grid * n, enter, x, step, values + index * grid * n * columns, columns);
  }

  function enterCodes({ n, codes }, { table, columns, values }, index) {
    for (let i = index * grid * n; i < (index + 1) * grid * n; i++) {
      const from = table + codes[i] * columns;
      heap.copyWithin(values + i * columns, from, from + columns);
    }
  }

  return { mixRows, enter, enterCodes };
}
