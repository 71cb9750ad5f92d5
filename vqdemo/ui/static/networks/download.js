// Files that the networks are made of: a file comes whole or not at all. A connection that goes quiet counts
// as lost, and is tried again after growing pauses.

const QUIET = 20_000; // ms without a byte
const PAUSES = [1000, 4000]; // ms before each further try

/**
 * Why a network is not to be had. `kind`: missing, lost, altered, unfit, memory or worker; each has its
 * sentence in ui/texts/en.py.
 */
export class Fault extends Error {
  constructor(kind, detail = "") {
    super(detail);
    this.kind = kind;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The content of a file (ArrayBuffer).
 * @param {string} address
 * @param {{bytes?: number, sha256?: string | null}} wanted what the file has to be, where it is known
 * @param {(loaded: number) => void} [onProgress] is told how many bytes have come
 * @throws {Fault}
 */
export async function download(address, { bytes = 0, sha256 = null } = {}, onProgress = () => {}) {
  for (let tries = 0; ; tries++) {
    try {
      // What a browser has kept may be what is wrong.
      const content = await fetched(address, bytes, onProgress, tries ? "reload" : "default");
      if ((bytes && content.byteLength !== bytes) || (sha256 && !(await hasSum(content, sha256))))
        throw new Fault("altered");
      return content;
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault("lost", error.message);
      const again = fault.kind === "lost" ? tries < PAUSES.length : fault.kind === "altered" && tries === 0;
      if (!again) throw fault;
      await pause(fault.kind === "lost" ? PAUSES[tries] : 0);
    }
  }
}

/** What a JSON file holds. @param {string} address @throws {Fault} */
export const downloadJSON = async (address) => JSON.parse(new TextDecoder().decode(await download(address)));

async function fetched(address, bytes, onProgress, cache) {
  const control = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => control.abort(), QUIET);
  };
  try {
    heard();
    const reply = await fetch(address, { cache, signal: control.signal });
    if (reply.status >= 500 || reply.status === 429) throw new Fault("lost", String(reply.status));
    if (!reply.ok) throw new Fault("missing", String(reply.status));
    const parts = [];
    let loaded = 0;
    for (const reader = reply.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      heard();
      parts.push(value);
      loaded += value.length;
      onProgress(loaded);
      if (bytes && loaded > bytes) throw new Fault("altered");
    }
    if (bytes && loaded < bytes) throw new Fault("lost", `${loaded} of ${bytes} bytes`);
    return await joined(parts);
  } catch (error) {
    control.abort(); // not after the end: the browser would not keep the file
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function joined(parts) {
  try {
    return await new Blob(parts).arrayBuffer();
  } catch (error) {
    throw new Fault("memory", error.message);
  }
}

/** Whether a file has a SHA-256. Browsers compute it on pages with https, and on this machine, only. */
async function hasSum(content, sha256) {
  if (!globalThis.crypto?.subtle) return true;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return sha256 === [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
