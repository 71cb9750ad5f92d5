// Where the work is kept: each tab has its own, a new tab goes on from one that no open tab has, and a browser
// that stores nothing still works.

import assert from "node:assert/strict";
import test from "node:test";

const machine = new Map();
let held = new Set(); // the names of the locks of open tabs
let refused = false; // whether storages are

const storage = (entries) =>
  new Proxy(
    {
      getItem: (key) => entries().get(key) ?? null,
      setItem(key, text) {
        entries().set(key, text);
        if (entries() === machine) tellOthers(key, text);
      },
      removeItem(key) {
        if (entries().delete(key) && entries() === machine) tellOthers(key, null);
      },
    },
    {
      ownKeys: () => [...entries().keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );

let tab; // the storage of the tab that is looked at
const listeners = new Map(); // by the storage of each open tab

/** The other tabs hear of what is stored, a little later. */
function tellOthers(key, newValue) {
  for (const [entries, listener] of listeners) {
    if (entries === tab) continue;
    queueMicrotask(() => {
      const here = tab;
      tab = entries;
      listener({ key, newValue });
      tab = here;
    });
  }
}
globalThis.addEventListener = (_, listener) => listeners.set(tab, listener);
const heard = () => new Promise((resolve) => setTimeout(resolve));

for (const [name, entries] of Object.entries({ localStorage: () => machine, sessionStorage: () => tab })) {
  Object.defineProperty(globalThis, name, {
    get: () => {
      if (refused) throw new DOMException("refused", "SecurityError");
      return storage(entries);
    },
  });
}
const locks = {
  async request(name, options, use) {
    if (held.has(name)) {
      if (options.ifAvailable) return use(null);
      throw new DOMException("waited in vain", "TimeoutError");
    }
    held.add(name);
    return use({ name });
  },
};
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });

let count = 0;
/** The page in a tab: of a tab that was open before (a reload), or a new one. */
async function open(entries = new Map()) {
  tab = entries;
  const page = await import(`../../../vqdemo/ui/static/state/storage.js?${++count}`);
  const before = new Set(held);
  const found = await page.findWork();
  const own = [...held].filter((name) => !before.has(name));
  let forgotten = false;
  page.followTabs(() => (forgotten = true));
  const within = (action) => {
    tab = entries;
    return action();
  };
  return {
    found,
    entries,
    hasForgotten: () => forgotten,
    keep: (text, beyondTab = true) => within(() => page.keepWork(text, beyondTab)),
    forget: () => within(() => page.forgetWorks()),
    close() {
      own.forEach((name) => held.delete(name));
      listeners.delete(entries);
    },
  };
}
const reset = () => {
  machine.clear();
  listeners.clear();
  [held, refused] = [new Set(), false];
};

test("two tabs keep their own work, and both come back", async () => {
  reset();
  const [a, b] = [await open(), await open()];
  assert.deepEqual([a.found, b.found], [null, null]);
  a.keep("a");
  b.keep("b");
  a.keep("a again");
  for (const one of [a, b]) one.close();
  const again = [(await open()).found, (await open()).found];
  assert.deepEqual(again.sort(), ["a again", "b"]);
  assert.equal((await open()).found, null, "a third one starts anew");
});

test("a reload comes back to the tab's own work, a duplicated tab to a copy of it", async () => {
  reset();
  const a = await open();
  a.keep("a");
  a.close();
  const b = await open(a.entries);
  assert.equal(b.found, "a");
  const copy = await open(new Map(a.entries));
  assert.equal(copy.found, "a");
  copy.keep("copy");
  b.keep("b");
  assert.deepEqual([...machine.values()].map((text) => JSON.parse(text).text).sort(), ["b", "copy"]);
});

test("what is no work of the visitor's is kept for a reload only", async () => {
  reset();
  const a = await open();
  a.keep("an example", false);
  assert.equal(machine.size, 0);
  a.close();
  assert.equal((await open(a.entries)).found, "an example");
});

test("only the newest few works stay", async () => {
  reset();
  for (let i = 0; i < 12; i++) (await open()).keep(`work ${i}`);
  assert.ok(machine.size < 12);
  assert.ok([...machine.values()].some((text) => text.includes("work 11")));
});

test("forgotten is forgotten", async () => {
  reset();
  const a = await open();
  a.keep("a");
  a.forget();
  assert.deepEqual([machine.size, a.entries.size], [0, 0]);
  a.close();
  assert.equal((await open(a.entries)).found, null);
});

test("what one tab forgets, the others forget too; a work that makes room for others is not forgotten", async () => {
  reset();
  const tabs = [];
  for (let i = 0; i < 6; i++) {
    tabs.push(await open());
    tabs[i].keep(`work ${i}`);
    await heard();
  }
  assert.ok(tabs.every((one) => !one.hasForgotten() && one.entries.size === 1));
  tabs[3].forget();
  await heard();
  assert.ok(tabs.every((one) => one.entries.size === 0));
  assert.deepEqual(
    tabs.filter((one) => one.hasForgotten()).length,
    5, // the one that forgets knows it
  );
  assert.equal(machine.size, 0);
});

test("without locks, too, tabs keep their own work", async () => {
  reset();
  const { navigator } = globalThis;
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const a = await open();
  a.keep("a");
  const [b, copy] = [await open(), await open(new Map(a.entries))];
  assert.deepEqual([b.found, copy.found], ["a", "a"]);
  for (const one of [b, copy]) {
    one.keep("a"); // as the page does when it is there
    await heard();
  }
  for (const [name, one] of Object.entries({ a, b, copy })) one.keep(`${name} goes on`);
  const kept = [...machine.values()].map((text) => JSON.parse(text).text).sort();
  assert.deepEqual(kept, ["a goes on", "b goes on", "copy goes on"]);
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
});

test("refused storages, nonsense in them, and no locks do no harm", async () => {
  reset();
  refused = true;
  const a = await open();
  a.keep("a");
  a.forget();
  assert.equal(a.found, null);
  reset();
  machine.set("vqdemo-work-x", "{nonsense");
  assert.equal((await open(new Map([["vqdemo-session", "[1]"]]))).found, null);
  reset();
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const b = await open();
  b.keep("b");
  assert.equal((await open()).found, "b");
});
