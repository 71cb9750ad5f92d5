// How far the networks are, and going on once they are there.

/** @import { NetworkStatus, WorkerName } from "../networks/types.js" */

import { retry } from "../networks/client.js";
import { say, sentences } from "./message.js";
import { refresh } from "./reconstruction.js";
import { state, until, update } from "./store.js";

let told = false; // that all runs slower

/** @param {WorkerName | "model"} name @param {NetworkStatus} status */
export function showNetwork(name, status) {
  const before = state.networks[name];
  update({ networks: { ...state.networks, [name]: status } });
  if (status.phase !== "ready" || before.phase === "ready") return;
  if (name === "vqvae" && state.modelInfo) refresh(); // what was drawn or edited without it
  if (status.simd === false && !told) say(sentences.plain_loops);
  told ||= status.simd === false;
}

/** Resolves once a network is there. @param {WorkerName} name */
export const untilReady = (name) => until(["networks"], ({ networks }) => networks[name].phase === "ready");

/** What is wrong with a network, or null. */
export const faultIn = ({ networks }) =>
  Object.values(networks).find(({ phase }) => phase === "failed")?.fault ?? null;

/** How much of a network has come, 0 to 1. @param {NetworkStatus} status */
export const shareOf = ({ phase, loaded, total }) => (phase === "ready" ? 1 : total ? loaded / total : 0);

export const tryAgain = () => retry();
