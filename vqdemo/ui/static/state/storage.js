// Where the work is kept on this machine: in the tab, and beyond it in the browser's storage, under a name of
// the tab's own, so that two tabs never overwrite each other's work. A new tab goes on from the newest work
// that no open tab has; a lock of the browser tells which those are. Without locks (they need https) it may
// be the work of an open tab, which goes on under another name when it hears that its own is in use. A browser
// that stores nothing still works.

const TAB_KEY = "vqdemo-session"; // {name, text} of this tab
const WORK = "vqdemo-work-"; // and a tab's name: {time, text}
const FORGOTTEN = "vqdemo-forgotten"; // is there for a moment only: other tabs hear of it
const MOST_WORKS = 4; // the oldest ones go
const PATIENCE = 500; // ms for the lock: on a reload, the page before it may still hold it

let name = null; // of this tab

/** Storages may be refused: in a frame of another site, or by a visitor's setting. */
function attempt(action) {
  try {
    return action() ?? null;
  } catch {
    return null;
  }
}

const read = (storage, key) => attempt(() => JSON.parse(storage().getItem(key)));
const tab = () => globalThis.sessionStorage;
const machine = () => globalThis.localStorage;

/** Whether the work outlives a reload. */
export const canKeep = () => Boolean(attempt(tab));

/** The keys of all works that are kept, the newest first. */
function worksByAge() {
  const keys = attempt(() => Object.keys(machine()).filter((key) => key.startsWith(WORK))) ?? [];
  const aged = keys.map((key) => ({ key, time: Number(read(machine, key)?.time) || 0 }));
  return aged.sort((a, b) => b.time - a.time).map(({ key }) => key);
}

/** Take a work for this tab, as long as it is open; false where another tab has it. */
async function claim(wanted, patience) {
  const { locks } = navigator;
  if (!locks) return true;
  return new Promise((resolve) => {
    const held = () => new Promise(() => {}); // until the tab is closed
    const options = patience ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    locks
      .request(WORK + wanted, options, (lock) => {
        resolve(Boolean(lock));
        return lock ? held() : undefined;
      })
      .catch(() => resolve(false));
  });
}

/** The text that was kept in this tab, else the newest that no open tab has; or null. */
export async function findWork() {
  const own = read(tab, TAB_KEY);
  if (own?.name && own.text) {
    // A tab that was duplicated goes on under another name.
    name = (await claim(own.name, PATIENCE)) ? own.name : await newName();
    return own.text;
  }
  for (const key of worksByAge()) {
    const wanted = key.slice(WORK.length);
    if (!(await claim(wanted))) continue;
    name = wanted;
    return read(machine, key)?.text ?? null;
  }
  name = await newName();
  return null;
}

async function newName() {
  const made = Math.random().toString(36).slice(2, 10);
  await claim(made);
  return made;
}

/**
 * @param {string} text
 * @param {boolean} beyondTab whether it is worth more than a reload
 */
export function keepWork(text, beyondTab) {
  if (!name) return;
  attempt(() => tab().setItem(TAB_KEY, JSON.stringify({ name, text })));
  if (!beyondTab) return;
  const others = worksByAge().filter((key) => key !== WORK + name);
  for (const key of others.slice(MOST_WORKS - 1)) attempt(() => machine().removeItem(key));
  attempt(() => machine().setItem(WORK + name, JSON.stringify({ time: Date.now(), text })));
}

/** Remove all work that this page has stored on this machine, of other tabs too. */
export function forgetWorks() {
  attempt(() => tab().removeItem(TAB_KEY));
  for (const key of worksByAge()) attempt(() => machine().removeItem(key));
  attempt(() => machine().setItem(FORGOTTEN, "true"));
  attempt(() => machine().removeItem(FORGOTTEN));
}

/**
 * Hear of what other tabs store.
 * @param {() => void} onForgotten is called when one of them has forgotten all works
 */
export const followTabs = (onForgotten) =>
  addEventListener("storage", async ({ key, newValue }) => {
    if (newValue === null) return;
    if (key === WORK + name) name = await newName();
    if (key !== FORGOTTEN) return;
    attempt(() => tab().removeItem(TAB_KEY));
    onForgotten();
  });
