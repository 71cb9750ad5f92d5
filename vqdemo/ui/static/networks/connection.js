// The page's side of a worker: it is started, told where its weights are, asked questions, watched, and
// started again where it has ended.

/** @import { NetworkFile, NetworkStatus, WorkerName } from "./types.js" */

const PATIENCE = 20_000; // ms after which a worker that says nothing is asked whether it is still there

/**
 * A worker to come (see worker.js).
 * @param {(status: NetworkStatus) => void} tell hears how far its network is
 * @param {(kind: string, file: string, detail: string) => Error} faultOf what is wrong with a file, for
 *   people
 */
export function connection(tell, faultOf) {
  /** @type {NetworkFile & {network: WorkerName, address: string}} */
  let wanted = null;
  let fault = null;
  let worker = null;
  let timer;
  let answered = true; // whether anything came since the worker was asked whether it is there
  let last = 0; // question's number
  const asked = new Map(); // by number: {message, resolve, reject, onPart}
  let whenFetched = () => {}; // the next network may begin to load

  const show = (phase, loaded = 0) =>
    tell({ phase, loaded, total: wanted?.bytes ?? 0, fault: fault?.message ?? null });

  function start() {
    fault = null;
    show("loading");
    try {
      worker = newWorker();
    } catch (error) {
      return fail("worker", error.message);
    }
    const own = worker;
    worker.onmessage = ({ data }) => own === worker && hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (own === worker) fail("worker", event.message ?? "");
    };
    const { file: _, ...given } = wanted;
    worker.postMessage(given);
    for (const { message } of asked.values()) worker.postMessage(message);
    answered = true;
    timer = setInterval(look, PATIENCE);
  }

  /** Whether the worker is still there, while somebody waits for it. */
  function look() {
    if (!answered) return fail("worker", "");
    if (!asked.size) return;
    answered = false;
    worker.postMessage({ ping: true });
  }

  function hear(data) {
    answered = true;
    const question = asked.get(data.id);
    if ("loaded" in data) show("loading", data.loaded);
    else if ("failed" in data) fail(data.failed, data.detail);
    else if ("ready" in data) {
      tell({
        phase: "ready",
        loaded: wanted.bytes,
        total: wanted.bytes,
        fault: null,
        simd: data.simd,
      });
      whenFetched();
    } else if (!question) return;
    else if ("error" in data) settle(data.id, () => question.reject(new Error(data.error)));
    else if ("answer" in data) settle(data.id, () => question.resolve(data.answer));
    else question.onPart?.(data);
  }

  function settle(id, how) {
    asked.delete(id);
    how();
  }

  function fail(kind, detail) {
    fault = faultOf(kind, wanted.file, detail);
    worker?.terminate();
    worker = null;
    clearInterval(timer);
    for (const { reject } of asked.values()) reject(fault);
    asked.clear();
    show("failed");
    whenFetched();
  }

  return {
    load(given, next) {
      [wanted, whenFetched] = [given, next];
      start();
    },
    retry: () => fault && start(),

    /** The answer to a question; parts of it are told as they come. */
    ask(question, given, { signal = undefined, onPart = undefined } = {}) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (fault) throw fault;
        const message = { id: ++last, question, given };
        asked.set(message.id, { message, resolve, reject, onPart });
        worker?.postMessage(message);
        signal?.addEventListener("abort", () => {
          if (!asked.has(message.id)) return;
          worker?.postMessage({ cancel: message.id });
          settle(message.id, () => reject(signal.reason));
        });
      });
    },
  };
}

/** A worker, also where the scripts come from another site, as by `<gradio-app>`. */
function newWorker() {
  const script = new URL("worker.js", import.meta.url);
  if (script.origin === location.origin) return new Worker(script, { type: "module" });
  const address = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" }),
  );
  return new Worker(address, { type: "module" });
}
