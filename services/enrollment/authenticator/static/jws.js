// Compact JSON Web Signatures with ES256 (RFC 7515, RFC 7518).

import { encode } from "./base64url.js";
import { signature } from "./keys.js";

const utf8 = new TextEncoder();

function segment(content) {
  return encode(utf8.encode(JSON.stringify(content)));
}

/** `claims`, signed with a device key. */
export async function signed(key, header, claims) {
  const content = `${segment({ alg: "ES256", ...header })}.${segment(claims)}`;
  return `${content}.${encode(await signature(key, utf8.encode(content)))}`;
}
