// What is computed about the grid unasked: the footprint of the cell pointed at, the conditional distribution
// of every cell, and what the likeliest codes would draw in the selected one. It waits while codes or image
// are on their way.

import * as networks from "../networks/client.js";
import { distributionIn, withoutUnknown } from "./grid.js";
import { newestFirst } from "./newest_first.js";
import { state, update, watch } from "./store.js";

const FOOTPRINT_CODES = 8; // that are put into a cell to see which pixels follow
export const OFFERED_CODES = 8; // in the what-if strip

/** Tint the grid by how unexpected each code is, or no longer. */
export const toggleSurprise = () => update({ surprise: !state.surprise });

const isUpToDate = ({ modelInfo, codes, decodedCodes, drawing, encodedDrawing }) =>
  modelInfo && decodedCodes === codes && encodedDrawing === drawing;

// ---- which pixels depend on the cell pointed at ----

const queueFootprint = newestFirst();
let footprints = { codes: null, byCell: new Map() }; // those of the present grid

watch(["pointed", "codes", "decodedCodes"], (now) => {
  const cell = now.pointed && "cell" in now.pointed ? now.pointed.cell : null;
  if (cell === null) update({ footprint: null });
  else if (isUpToDate(now)) queueFootprint(() => showFootprint(now.codes, cell));
});

async function showFootprint(codes, cell) {
  if (footprints.codes !== codes) footprints = { codes, byCell: new Map() };
  const image = footprints.byCell.get(cell) ?? (await footprintOf(codes, cell));
  footprints.byCell.set(cell, image);
  const { pointed } = state;
  if (state.codes === codes && pointed && "cell" in pointed && pointed.cell === cell) {
    update({ footprint: { codes, cell, image } });
  }
}

/** How far each pixel moves, on average, when other codes take the cell's place. */
async function footprintOf(codes, cell) {
  const { modelInfo } = state;
  const { order } = modelInfo;
  const full = withoutUnknown(codes, modelInfo);
  const tried = Array.from(
    { length: FOOTPRINT_CODES },
    (_, i) => order[Math.floor((i * order.length) / FOOTPRINT_CODES)],
  );
  const [own, ...others] = await networks.decode([full, ...tried.map((code) => full.with(cell, code))]);
  return own.map(
    (ink, i) => others.reduce((sum, other) => sum + Math.abs(other[i] - ink), 0) / FOOTPRINT_CODES,
  );
}

// ---- what the prior expects ----

const queueExpected = newestFirst();

watch(["surprise", "selected", "pointed", "codes", "decodedCodes", "drawing", "encodedDrawing"], (now) => {
  const { codes, selected, surprise, whatIf, expected, pointed } = now;
  const cell = selected.size === 1 ? [...selected][0] : null;
  if (cell === null && whatIf) update({ whatIf: null });
  const soon = pointed !== null && "cell" in pointed; // a cell that is pointed at may be selected next
  if (!isUpToDate(now) || (cell === null && !surprise && !soon)) return queueExpected(null);
  if (expected?.codes === codes && (cell === null || (whatIf?.codes === codes && whatIf.cell === cell)))
    return;
  queueExpected(async () => {
    if (state.expected?.codes !== codes) {
      const probabilities = await networks.conditionals(codes);
      if (state.codes === codes) update({ expected: { codes, probabilities } });
    }
    if (cell !== null && state.expected?.codes === codes) await showLikeliest(codes, cell);
  });
});

/** The likeliest codes of a cell, each with its probability and the image that it would make. */
async function showLikeliest(codes, cell) {
  const { modelInfo, expected } = state;
  const distribution = distributionIn(cell, expected.probabilities, modelInfo.num_codes);
  const likeliest = [...distribution.keys()]
    .sort((a, b) => distribution[b] - distribution[a])
    .slice(0, OFFERED_CODES);
  const full = withoutUnknown(codes, modelInfo);
  const images = await networks.decode(likeliest.map((code) => full.with(cell, code)));
  const list = likeliest.map((code, i) => ({ code, probability: distribution[code], image: images[i] }));
  if (state.codes === codes && state.selected.size === 1 && state.selected.has(cell)) {
    update({ whatIf: { codes, cell, list } });
  }
}
