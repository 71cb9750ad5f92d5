// A queue for what follows the visitor: one job at a time runs. A newer one, or that none is wanted any more,
// aborts it, and of those that came meanwhile only the newest is next.

import { sayError } from "./message.js";

/**
 * @returns {(job: ((signal: AbortSignal) => Promise<void>) | null, key?: any) => Promise<void>} takes a job,
 *   which is given the signal that aborts it; null: none is wanted any more. The job that runs goes on if the
 *   newer one has the same key.
 */
export function newestFirst() {
  let next = null;
  let busy = false;
  let running = null; // {key, control}
  return async (newest, key = null) => {
    next = newest && { job: newest, key };
    if (newest && key !== null && running?.key === key) next = null;
    else {
      running?.control.abort();
      running = null;
    }
    if (busy) return;
    busy = true;
    while (next) {
      await new Promise((resolve) => setTimeout(resolve)); // what has come is shown first
      if (!next) break;
      const { job, key } = next;
      next = null;
      running = { key, control: new AbortController() };
      await job(running.control.signal).catch(sayError);
      running = null;
    }
    busy = false;
  };
}
