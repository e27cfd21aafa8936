// A code from a text message fills itself in where the browser offers that (WebOTP), on this page alone: the text names
// the page's host. It is not sent by itself, and never overwrites what was typed.

const field = document.querySelector("input[autocomplete='one-time-code']");

async function fill() {
  const received = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal: AbortSignal.timeout(600_000) });
  if (!received || field.value) return;
  field.value = received.code;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Refused by the person or the browser: the code is typed, as everywhere else.
if (field && "OTPCredential" in window) fill().catch(() => {});
