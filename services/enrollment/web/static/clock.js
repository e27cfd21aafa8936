// The server's time, as the page was told it, so that a wrong clock on this device changes no countdown.

const pageTime = document.body.dataset.now;
const offset = pageTime ? Date.parse(pageTime) - Date.now() : 0;

export function serverNow() {
  return Date.now() + offset;
}

/** Whole seconds until a time, never negative. */
export function secondsUntil(time) {
  return Math.max(0, Math.ceil((time - serverNow()) / 1000));
}

export function inWords(seconds) {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

const READ_WITHIN = 10_000;
const emptying = new WeakMap();

/** For what only a screen reader says: it is emptied once read, so that nobody meets it later on their way, and so
 * that the same can be said again. */
export function announce(element, text) {
  if (!element) return;
  clearTimeout(emptying.get(element));
  element.textContent = "";
  requestAnimationFrame(() => (element.textContent = text));
  emptying.set(element, setTimeout(() => (element.textContent = ""), READ_WITHIN));
}

/** Text changes only when it differs: a live region must not repeat itself. */
export function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
