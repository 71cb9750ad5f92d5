// What shows an answer that may be older than its question. It is busy while it is, and pales where that lasts:
// an answer that comes soon shall not cost a restyling, nor flicker.

const PATIENCE = 400; // ms

/**
 * A function to say whether what an element shows is stale.
 * @param {HTMLElement} element
 * @returns {(isStale: boolean) => void}
 */
export function staleness(element) {
  let paling = null;
  return (isStale) => {
    element.ariaBusy = String(isStale);
    if (isStale) return void (paling ??= setTimeout(() => element.classList.add("stale"), PATIENCE));
    clearTimeout(paling);
    paling = null;
    element.classList.remove("stale");
  };
}
