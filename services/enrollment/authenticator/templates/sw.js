// Keeps the app's own files for when there is no network, and shows that a sign-in waits.

const PAGE = "/authenticator";
const CACHE = {{ ("authenticator-" ~ shell.version)|tojson }};
const FILES = {{ shell.urls|tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldFiles());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(fromCache(request));
  else if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(newestPage(request));
});

self.addEventListener("push", (event) => {
  event.waitUntil(announce(event.data?.text() ?? ""));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openApp());
});

/** A message says only whether a request or a notice waits (docs/device-protocol.md). */
function announce(message) {
  const isNotice = message.includes('"noticeId"');
  const [title, body, tag] = isNotice
    ? ["Your security info changed", "Open the app to see what. Was it you?", "notice"]
    : ["Approve sign-in?", "Open the app to answer. Approve only what you started.", "sign-in"];
  const icon = {{ shell.url("icon-192.png")|tojson }};
  return self.registration.showNotification(title, { body, tag, renotify: true, icon });
}

async function keepFiles() {
  await (await caches.open(CACHE)).addAll([PAGE, ...FILES]);
  await self.skipWaiting();
}

async function dropOldFiles() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("authenticator-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function fromCache(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function newestPage(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  }
}

async function openApp() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const app = open.find((client) => new URL(client.url).pathname === PAGE);
  return app ? app.focus() : self.clients.openWindow(PAGE);
}
