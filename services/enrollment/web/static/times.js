// Times as the clock on the wall says them here; without a script they are in UTC.

const { lang } = document.documentElement;
const own = navigator.languages.find((one) => one.startsWith(lang)) ?? lang;
const words = new Intl.DateTimeFormat(own, { dateStyle: "long", timeStyle: "short", numberingSystem: "latn" });

for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = words.format(new Date(time.dateTime));
}
