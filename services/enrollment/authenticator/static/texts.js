// What the app says, in the language of the page: the server puts all texts there (words.py).

const { locale, texts, counted: forms } = JSON.parse(document.getElementById("texts").textContent);
const plurals = new Intl.PluralRules(locale);
const isRightToLeft = document.documentElement.dir === "rtl";
const [ISOLATE, END] = ["\u2068", "\u2069"];

/** A text; `places` are what is filled in, by name. Throws TypeError: there is no such text. */
export function text(name, places = {}) {
  return Object.entries(places).reduce((so, [place, value]) => so.replaceAll(`{${place}}`, () => isolated(value)), all(texts, name));
}

/** The text that goes with a number. */
export function counted(name, number) {
  const found = all(forms, name);
  return (found[plurals.select(number)] ?? found.other).replace("{number}", number);
}

export function isText(name) {
  return Object.hasOwn(texts, name);
}

/** A time as people say it here; `parts` are options of Intl.DateTimeFormat. */
export function time(at, parts) {
  return new Intl.DateTimeFormat(locale, parts).format(new Date(at));
}

/** An address within Arabic keeps its own direction, and changes that of nothing around it (Unicode UAX 9, FSI). */
function isolated(value) {
  return isRightToLeft ? ISOLATE + value + END : String(value);
}

function all(of, name) {
  if (!Object.hasOwn(of, name)) throw new TypeError(name);
  return of[name];
}
