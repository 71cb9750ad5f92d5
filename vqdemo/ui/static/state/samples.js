// How the sample view samples. The seed stays while the sliders move, so that what changes is the sliders'
// doing.

/** @import { Sampling } from "./types.js" */

import { randomSeed } from "./limits.js";
import { state, update } from "./store.js";

/** @param {Partial<Sampling>} sampling */
export const setSampling = (sampling) => update({ sampling: { ...state.sampling, ...sampling } });

export const rollSamplingSeed = () => setSampling({ seed: randomSeed() });

/** The weights' defaults, to begin with. */
export function startSampling() {
  const { temperature = 1, guidance = 0 } = state.modelInfo.defaults;
  setSampling({ temperature, guidance, seed: 1 });
}
