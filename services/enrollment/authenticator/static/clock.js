// The service's time. This device's clock may be wrong; the service tells its own when that matters.

const HTTP_DATE = /[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT/g;

let offset = 0;

/** Milliseconds since 1970. */
export function now() {
  return Date.now() + offset;
}

/** Whole seconds since 1970, as tokens give times. */
export function seconds() {
  return Math.floor(now() / 1000);
}

/**
 * Go by the `Date` of an answer from now on. A server in between may have added its own before the service's, hence
 * the last one. False when there is none.
 */
export function correct(header) {
  const told = Date.parse(header?.match(HTTP_DATE)?.at(-1) ?? "");
  if (Number.isNaN(told)) return false;
  offset = told - Date.now();
  return true;
}
