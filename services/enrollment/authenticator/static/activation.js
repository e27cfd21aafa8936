// What connects this app with an account: the link of a QR code, or a code and a URL typed by hand.

import { decode } from "./base64url.js";
import { text } from "./texts.js";

export const LINK = "#activate?";
const PATH = "/device/v1/a/";
const HANDLE = /^[0-9A-Za-z-]{8,16}$/;
const CODE = /^\d{9}$/;

/** Why it cannot be used; `field` is "code" or "url". */
export class UnusableError extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** From a link, or the part of it that begins with "#". Throws UnusableError. */
export function fromLink(link, publicOrigin) {
  const [, query] = link.split(LINK);
  if (query === undefined) throw new UnusableError("url", text("unusable.notActivation"));
  const values = new URLSearchParams(query);
  const activation = fromTyped(values.get("code") ?? "", values.get("url") ?? "", publicOrigin);
  return { ...activation, secret: secretOf(values.get("secret")) };
}

/** From what a person typed. No secret comes that way, hence no one-time codes. Throws UnusableError. */
export function fromTyped(code, url, publicOrigin) {
  const digits = code.replaceAll(/[\s-]/g, "");
  if (!CODE.test(digits)) throw new UnusableError("code", text("unusable.code"));
  return { code: digits, address: addressOf(url.trim(), publicOrigin), secret: null };
}

function addressOf(typed, publicOrigin) {
  if (typed === "") throw new UnusableError("url", text("unusable.noUrl"));
  const known = new URL(publicOrigin);
  const address = parsed(withScheme(typed, known));
  if (!address) throw new UnusableError("url", text("unusable.noAddress"));
  if (address.origin !== known.origin) {
    throw new UnusableError("url", text("unusable.elsewhere", { host: known.host }));
  }
  const path = address.pathname.replace(/\/$/, "");
  if (!path.startsWith(PATH) || !HANDLE.test(path.slice(PATH.length))) {
    throw new UnusableError("url", text("unusable.path", { path: PATH }));
  }
  return known.origin + path;
}

function parsed(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

function withScheme(typed, known) {
  return typed.includes("://") ? typed : `${known.protocol}//${typed}`;
}

function secretOf(encoded) {
  try {
    return encoded ? decode(encoded) : null;
  } catch {
    throw new UnusableError("url", text("unusable.unreadable"));
  }
}
