// How this app talks to the service: every call is signed by the account's own key.

import { encode } from "./base64url.js";
import { correct, seconds } from "./clock.js";
import { signed } from "./jws.js";
import { newCodeKey, newDeviceKey, publicJwk } from "./keys.js";

const SIGNED_FOR = 60;
const ANSWER_WITHIN = 20_000;

/** The service said no; `code` says why. */
export class RefusedError extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

/** Nobody answered. */
export class UnreachableError extends Error {}

const keys = new Map();

/** The same key for the same code: who did not hear that it connected asks again, and is known by it. */
function keyFor(address) {
  if (!keys.has(address)) keys.set(address, newDeviceKey());
  return keys.get(address);
}

/** Connect this app with an account; the result is what is kept. */
export async function activate({ address, code, secret }, { publicOrigin, deviceName, pushSubscription }) {
  const key = await keyFor(address);
  const header = { typ: "activate+jwt", jwk: await publicJwk(key) };
  const claims = { code, deviceName, aud: publicOrigin };
  if (secret) claims.secret = encode(secret);
  if (pushSubscription) claims.pushSubscription = pushSubscription;
  const answer = await send(`${address}/activate`, () => post(key, header, claims));
  const { deviceId, account, requestsUrl } = await answer.json();
  const codeKey = secret ? await newCodeKey(secret) : null;
  return { deviceId, ...account, requestsUrl, publicOrigin, key, codeKey, addedAt: Date.now() };
}

/** Follow what waits for the account's answer, until `signal` aborts or the service ends it. */
export async function followRequests(account, { signal, told }) {
  const url = `${account.requestsUrl}/stream`;
  const answer = await send(url, async () => ({
    headers: { Accept: "text/event-stream", Authorization: `Bearer ${await bearer(account, "GET", url)}` },
    cache: "no-store",
    signal,
  }));
  for await (const event of events(answer.body)) {
    if (event.name === "requests") told(JSON.parse(event.data));
  }
}

/** Answer a request: true when it counts, false while it is still being judged. */
export async function answerRequest(account, { challengeId, nonce }, decision, number) {
  const claims = { challengeId, nonce, decision };
  if (number) claims.number = number;
  const header = { typ: "answer+jwt", kid: account.deviceId };
  const url = `${account.requestsUrl}/${encodeURIComponent(challengeId)}/answer`;
  const life = () => ({ exp: seconds() + SIGNED_FOR });
  const answer = await send(url, () => post(account.key, header, { ...claims, ...life() }));
  return answer.status === 204;
}

/** What changed in the account's security info and is told here, newest first. */
export async function noticesOf(account) {
  const answer = await call(account, "GET", noticesUrl(account));
  return answer.json();
}

/** Say that a change was somebody else's. */
export async function reportChange(account, noticeId) {
  await call(account, "POST", `${noticesUrl(account)}/${encodeURIComponent(noticeId)}/not-me`);
}

function noticesUrl({ publicOrigin }) {
  return `${publicOrigin}/device/v1/notices`;
}

function call(account, method, url) {
  return send(url, async () => ({
    method,
    headers: { Authorization: `Bearer ${await bearer(account, method, url)}` },
    cache: "no-store",
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  }));
}

/** The key by which Web Push knows the service (RFC 8292), or null. */
export async function pushKey(publicOrigin) {
  const answer = await send(`${publicOrigin}/device/v1/configuration`, async () => ({}));
  return (await answer.json()).vapidPublicKey ?? null;
}

async function post(key, header, claims) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/jose" },
    body: await signed(key, header, { ...claims, ...stamp() }),
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  };
}

function bearer(account, method, url) {
  const claims = { sub: account.deviceId, aud: account.publicOrigin, htm: method, htu: url, ...stamp() };
  return signed(account.key, { typ: "device-auth+jwt", kid: account.deviceId }, claims);
}

function stamp() {
  return { iat: seconds(), jti: crypto.randomUUID() };
}

/** Each try is made and signed anew; after a wrong clock, once more with the service's time. */
async function send(url, make) {
  const answer = await reached(url, await make());
  if (answer.ok) return answer;
  const refused = await refusal(answer);
  if (refused.code !== "clockSkew" || !correct(answer.headers.get("Date"))) throw refused;
  const second = await reached(url, await make());
  if (second.ok) return second;
  throw await refusal(second);
}

async function reached(url, options) {
  try {
    return await fetch(url, { credentials: "omit", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new UnreachableError(String(error));
  }
}

async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  return new RefusedError(problem.code ?? "internal", answer.status);
}

/** Server-sent events (HTML, 9.2) from a body. EventSource cannot send the header that a device signs. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
      rest = parts.pop();
      yield* parts.map(eventOf);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function eventOf(text) {
  const event = { name: "message", data: "" };
  for (const line of text.split("\n")) {
    const [, field, value] = line.match(/^(event|data): ?(.*)$/) ?? [];
    if (field === "event") event.name = value;
    if (field === "data") event.data += value;
  }
  return event;
}
