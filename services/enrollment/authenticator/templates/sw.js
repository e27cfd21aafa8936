// Keeps the app's own files for when there is no network, and shows that a sign-in waits.
//
// It speaks the language of the request that fetched it, as the page does: a browser asks for both at each start of the
// app, and a worker in another language is another one, which is installed with a page of its own. What the page could
// have stored would be a second place to keep in step. Without a network it goes on in the language that it has.

const PAGE = "/authenticator";
const CACHE = {{ ("authenticator-" ~ shell.version)|tojson }};
/** The page is kept once: a header that has changed since is no reason to show nothing. */
const HOWEVER_ASKED = { ignoreVary: true };
const FILES = {{ shell.urls|tojson }};
const NOTIFICATIONS = {{ notifications|tojson }};

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
  const { title, body } = isNotice ? NOTIFICATIONS.notice : NOTIFICATIONS.request;
  const tag = isNotice ? "notice" : "sign-in";
  const icon = {{ shell.url("icon-192.png")|tojson }};
  const [lang, dir] = [{{ language()|tojson }}, {{ direction()|tojson }}];
  return self.registration.showNotification(title, { body, tag, lang, dir, renotify: true, icon });
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
  return (await caches.match(request, HOWEVER_ASKED)) ?? fetch(request);
}

async function newestPage(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(PAGE, HOWEVER_ASKED)) ?? Response.error();
  }
}

async function openApp() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const app = open.find((client) => new URL(client.url).pathname === PAGE);
  return app ? app.focus() : self.clients.openWindow(PAGE);
}
