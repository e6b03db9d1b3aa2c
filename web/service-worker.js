/*
 * Keeps the page itself, so that an opened plan can be read and written without a connection. Pages come from the network when it answers in time; what
 * stands under /assets/ never changes under its name. Nothing of the graph or of sign-in passes through here.
 */
/** A link may be dead without a word: ms until what is kept is shown. */
const patience = 3_000;
const cacheName = 'net4u-BUILD';
const isPage = (path) => /^\/$|^\/inbox$|^\/(plans|threads|decisions)\//.test(path);

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(['/', '/config.json', '/icon.svg']))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('net4u-') && name !== cacheName);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isPage(url.pathname)) event.respondWith(fetchFirst(request, '/'));
  } else if (url.pathname === '/config.json') event.respondWith(fetchFirst(request, '/config.json'));
  else if (url.pathname.startsWith('/assets/') || url.pathname === '/icon.svg') event.respondWith(keep(request));
});

async function fetchFirst(request, name) {
  const cache = await caches.open(cacheName);
  const fetching = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(name, response.clone());
    return response;
  });
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  try {
    const response = await Promise.race([fetching, late]);
    if (response) return response;
  } catch {}
  return (await cache.match(name)) ?? fetching; // which fails here if it has failed
}

async function keep(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
