// Hearing of a sign-in while the app is closed. Where a browser has no push service, the app works without.

import { decode } from "./base64url.js";
import { pushKey } from "./protocol.js";
import { text } from "./texts.js";
import { announce, copy } from "./view.js";

const ASKED = "notifications-asked";

const able = "serviceWorker" in navigator && "Notification" in self;
let worker = null;

/** Register the service worker, which also keeps the app's files for when there is no network. */
export function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  worker = navigator.serviceWorker.register("/authenticator/sw.js", { scope: "/authenticator" }).catch(() => null);
}

/** Offer notifications in `place`: once, and only where they can be had. */
export function offerNotifications(place) {
  if (!able || Notification.permission !== "default" || localStorage.getItem(ASKED)) return;
  const offer = copy("offer");
  offer.querySelector("[data-allow]").addEventListener("click", async () => {
    const answer = await Notification.requestPermission().catch(() => "default");
    done(offer, text(answer === "granted" ? "notifications.on" : "notifications.off"));
  });
  offer.querySelector("[data-later]").addEventListener("click", () => done(offer, text("notifications.later")));
  place.replaceChildren(offer);
}

/** A push subscription for the service, as an activation names it, or null. Nothing waits long for it. */
export async function pushSubscription(publicOrigin) {
  if (!able || Notification.permission !== "granted" || !("PushManager" in self)) return null;
  return Promise.race([subscribed(publicOrigin).catch(() => null), later(5_000)]);
}

function done(offer, said) {
  localStorage.setItem(ASKED, "yes");
  const next = offer.closest("[data-main]").querySelector("h1");
  offer.remove();
  next.focus();
  announce(said);
}

async function subscribed(publicOrigin) {
  const key = await pushKey(publicOrigin);
  if (!key || !(await worker)) return null;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription =
    (await pushManager.getSubscription()) ??
    (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: decode(key) }));
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
}

function later(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, null));
}
