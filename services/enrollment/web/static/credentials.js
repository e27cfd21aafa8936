// Passkeys between JSON and the browser (WebAuthn Level 3, 5.1.8 to 5.1.10), also where the browser lacks the helpers.

function toBytes(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function withBytes(descriptors = []) {
  return descriptors.map((one) => ({ ...one, id: toBytes(one.id) }));
}

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  const user = { ...json.user, id: toBytes(json.user.id) };
  const excludeCredentials = withBytes(json.excludeCredentials);
  return { ...json, challenge: toBytes(json.challenge), user, excludeCredentials };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
}

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function toJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, type, response } = credential;
  const parts = PARTS.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
  const transports = response.getTransports?.();
  return {
    id,
    rawId: id,
    type,
    response: { ...Object.fromEntries(parts), ...(transports && { transports }) },
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  };
}

/** Whether the browser knows passkeys at all; it does not on an insecure address. */
export function canUsePasskeys() {
  return "PublicKeyCredential" in window && "credentials" in navigator;
}

/** Runs the ceremony ("create" or "get") and gives the credential as JSON text. */
export async function runCeremony(ceremony, json) {
  const publicKey = ceremony === "create" ? creationOptions(json) : requestOptions(json);
  const credential = await navigator.credentials[ceremony]({ publicKey });
  return JSON.stringify(toJson(credential));
}
