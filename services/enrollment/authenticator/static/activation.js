// What connects this app with an account: the link of a QR code, or a code and a URL typed by hand.

import { decode } from "./base64url.js";

export const LINK = "#activate?";
const ADDRESS = /^\/device\/v1\/a\/[0-9A-Za-z-]{8,16}$/;
const CODE = /^\d{9}$/;

/** Why it cannot be used; `field` is "code" or "url". */
export class UnusableError extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** From a link, or the part of it that begins with "#". Throws UnusableError. */
export function fromLink(text, publicOrigin) {
  const [, query] = text.split(LINK);
  if (query === undefined) throw new UnusableError("url", "This isn't a QR code for adding an account.");
  const values = new URLSearchParams(query);
  const activation = fromTyped(values.get("code") ?? "", values.get("url") ?? "", publicOrigin);
  return { ...activation, secret: secretOf(values.get("secret")) };
}

/** From what a person typed. No secret comes that way, hence no one-time codes. Throws UnusableError. */
export function fromTyped(code, url, publicOrigin) {
  const digits = code.replaceAll(/[\s-]/g, "");
  if (!CODE.test(digits)) throw new UnusableError("code", "The code has 9 digits. Check it on the page that shows it.");
  return { code: digits, address: addressOf(url.trim(), publicOrigin), secret: null };
}

function addressOf(text, publicOrigin) {
  if (text === "") throw new UnusableError("url", "Enter the URL that is shown with the code.");
  const known = new URL(publicOrigin);
  const address = parsed(withScheme(text, known));
  if (!address) throw new UnusableError("url", "This isn't a URL. Check it on the page that shows it.");
  if (address.origin !== known.origin) {
    throw new UnusableError("url", `This app works with ${known.host} only. Check the URL.`);
  }
  const path = address.pathname.replace(/\/$/, "");
  if (!ADDRESS.test(path)) {
    throw new UnusableError("url", "The URL ends with /device/v1/a/ and 8 letters or digits. Check it.");
  }
  return known.origin + path;
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function withScheme(text, known) {
  return text.includes("://") ? text : `${known.protocol}//${text}`;
}

function secretOf(text) {
  try {
    return text ? decode(text) : null;
  } catch {
    throw new UnusableError("url", "This QR code can't be read in full. Show a new one, then try again.");
  }
}
