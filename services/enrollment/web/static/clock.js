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

const { lang } = document.documentElement;
const inUnits = (number, unit) => number.toLocaleString(lang, { style: "unit", unit, unitDisplay: "long" });
const plurals = new Intl.PluralRules(lang);

/** As "30 seconds" or "5 minutes", in the page's language. */
export function inWords(seconds) {
  return seconds < 60 ? inUnits(seconds, "second") : inUnits(Math.ceil(seconds / 60), "minute");
}

/** The form of a text that goes with a number, filled in; `forms` holds one by category. */
export function counted(forms, number) {
  return (forms[plurals.select(number)] ?? forms.other).replace("{number}", number);
}

/** A title with the sign that something is wrong, or without it. */
export function titled(title, isWrong) {
  document.title = isWrong ? document.body.dataset.errorTitle.replace("{title}", () => title) : title;
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
