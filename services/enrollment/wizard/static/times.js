// Times as the clock on the wall says them here; without a script they are in UTC.

const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });

for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = words.format(new Date(time.dateTime));
}
