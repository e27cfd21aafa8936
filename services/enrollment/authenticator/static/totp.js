// One-time codes by time: RFC 6238 with SHA-1, six digits, 30 seconds.

import { seconds } from "./clock.js";
import { codeHash } from "./keys.js";

export const PERIOD = 30;
const DIGITS = 6;

/** The code of this moment. */
export function currentCode(key) {
  return codeAt(key, seconds());
}

/** Seconds that the current code is still good for. */
export function secondsLeft() {
  return PERIOD - (seconds() % PERIOD);
}

export async function codeAt(key, time) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(time / PERIOD)));
  const hash = await codeHash(key, counter.buffer);
  const start = hash.at(-1) & 0xf;
  const number = new DataView(hash.buffer).getUint32(start) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}
