// Keys that cannot leave this browser: not even this app can read them, only use them.

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const CODE_HASH = { name: "HMAC", hash: "SHA-1" };

/** A key pair for one account. The private key is not extractable; IndexedDB keeps it as it is. */
export function newDeviceKey() {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

/** The public key as the header of an activation names it (RFC 7518, section 6.2.1). */
export async function publicJwk({ publicKey }) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  return { kty, crv, x, y };
}

/** ECDSA with SHA-256; WebCrypto's signature is R and S, as JWS has it (RFC 7518, section 3.4). */
export function signature({ privateKey }, bytes) {
  return crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytes);
}

/** What one-time codes are made with. */
export function newCodeKey(secret) {
  return crypto.subtle.importKey("raw", secret, CODE_HASH, false, ["sign"]);
}

export async function codeHash(key, bytes) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
}
