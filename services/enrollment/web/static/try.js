// "Let's try it out", live: what became of the request in the app.

import { WaitingPage } from "./waiting.js";

const STATES = { verified: "approved", denied: "denied", expired: "expired", cancelled: "cancelled", failed: "failed" };

function stateOf({ status, failure, reported, superseded }) {
  if (superseded && status === "cancelled") return "replaced";
  if (reported && status === "denied") return "reported";
  return failure === "numberMismatch" ? "wrongNumber" : (STATES[status] ?? "waiting");
}

const root = document.querySelector("[data-approval]");
if (root) new WaitingPage(root, { stateOf, done: "approved" });
