// The service worker of the static edition: after a first visit the page needs no network. Before this script
// vqdemo/site.py puts what a release is made of: its name, the addresses by which its index.html is known,
// the address and SHA-256 (base64) of each file that is kept, and the addresses of the others.
//
// A release is kept whole, each file with the right checksum, or not at all, and the browser switches to it
// only then. The release before stays for the pages that are still open with it.

const worker = /** @type {any} */ (self); // a ServiceWorkerGlobalScope
const { name: release, named, files } = worker.RELEASE;
const ROOT = worker.registration.scope; // where index.html is; other copies of the page may lie elsewhere
const KEPT = `vqdemo ${ROOT} `; // begins the names of its caches
const OWN = KEPT + release;
const ANY_HEADERS = { ignoreVary: true }; // a file is the same whoever asks

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(ROOT)) event.respondWith(answer(event.request));
});

async function install() {
  await forgetOlder();
  const cache = await caches.open(OWN);
  try {
    await Promise.all(Object.entries(files).map((file) => keep(cache, ...file)));
    const page = await fetch(ROOT, { cache: "no-cache" });
    const text = await page.clone().text();
    if (!page.ok || !named.every((address) => text.includes(address)))
      throw new Error("index.html is of another release");
    await cache.put(ROOT, page); // the last: a cache that has it is whole
  } catch (error) {
    await caches.delete(OWN);
    throw error;
  }
  await worker.skipWaiting();
}

async function keep(cache, address, sum) {
  const get = (mode) => fetch(new URL(address, ROOT), { integrity: `sha256-${sum}`, cache: mode });
  // What the browser has kept is as good as new, since the sum is checked; if it is not right, it is fetched.
  const reply = await get("force-cache").catch(() => get("reload"));
  if (!reply.ok) throw new Error(`${address}: ${reply.status}`);
  await cache.put(new URL(address, ROOT), reply);
}

/** Delete releases that are not whole, and of the others all but the last: it serves the pages now open. */
async function forgetOlder() {
  const whole = [];
  for (const key of (await caches.keys()).filter((key) => key.startsWith(KEPT) && key !== OWN)) {
    if (await (await caches.open(key)).match(ROOT)) whole.push(key);
    else await caches.delete(key);
  }
  for (const key of whole.slice(0, -1)) await caches.delete(key);
}

async function answer(request) {
  const address = new URL(request.url);
  address.search = address.hash = "";
  const isPage = [ROOT, `${ROOT}index.html`].includes(address.href);
  const kept = isPage ? caches.match(ROOT, { cacheName: OWN }) : caches.match(address, ANY_HEADERS);
  return (await kept) ?? fetch(request);
}
