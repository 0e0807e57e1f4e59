// Keeps Headlight for visits without a network, and adds the headers that allow threads on hosts that cannot send them.
// Files carry a hash of their content in their address: what is cached under an address never changes.
const files = [];  // web/site.mjs fills in every address of this version
const later = [];  // and those that are kept only once somebody has asked for them
const relaxedProbe = [];  // of web/features.mjs: which programs this browser runs
const cacheName = 'headlight-1';
const page = './';

const relaxed = WebAssembly.validate(Uint8Array.from(relaxedProbe));
const wanted = files.filter((address) => !/\/headlight[-.]/.test(address) || /-relaxed\./.test(address) === relaxed);

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    await cache.add(new Request(page, { cache: 'no-cache' }));
    for (const address of wanted) {
      if (!(await cache.match(address))) await cache.add(address);
    }
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const kept = new Set([page, ...wanted, ...later].map((address) => new URL(address, self.registration.scope).href));
    const cache = await caches.open(cacheName);
    for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
    await self.clients.claim();
  })());
});

// Isolation is what browsers ask for before they share memory between threads.
function isolated(response) {
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

// The page itself: from the network, so that a new version is seen at once; from the cache when that fails or is slow.
async function answerPage(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(page);
  const fresh = fetch(request).then((response) => {
    if (response.ok) cache.put(page, response.clone());
    return response;
  });
  const slow = new Promise((resolve) => setTimeout(resolve, 3000));
  try {
    return isolated((kept ? await Promise.race([fresh, slow]) : await fresh) ?? kept);
  } catch (error) {
    if (kept) return isolated(kept);
    throw error;
  }
}

async function answerFile(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url);
  if (kept) return isolated(kept);
  const response = await fetch(request);
  if (response.ok && new URL(request.url).search) cache.put(request.url, response.clone());
  return isolated(response);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const inside = request.url.startsWith(self.registration.scope);
  if (request.method !== 'GET' || !inside || request.headers.has('range')) return;
  if (request.mode === 'navigate') event.respondWith(answerPage(request));
  else event.respondWith(answerFile(request));
});
