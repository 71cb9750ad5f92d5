// A queue for what follows the visitor: one job at a time runs, and of those that came meanwhile only the
// newest is next.

import { say } from "./message.js";

/**
 * @returns {(job: (() => Promise<void>) | null) => Promise<void>} takes a job; null: none is wanted any more
 */
export function newestFirst() {
  let next = null;
  let busy = false;
  return async (newest) => {
    next = newest;
    if (busy) return;
    busy = true;
    while (next) {
      await new Promise((resolve) => setTimeout(resolve)); // what has come is shown first
      const job = next;
      next = null;
      await job?.().catch((error) => say(error.message, "error"));
    }
    busy = false;
  };
}
