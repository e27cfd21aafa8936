// "Answer the call", live: whether it rings, was answered, confirmed or reported.

import { WaitingPage } from "./waiting.js";

const STATES = { verified: "confirmed", denied: "denied", expired: "expired", cancelled: "replaced", failed: "failed" };

function stateOf({ status, delivery }) {
  if (status === "pending" && delivery.state === "failed") return "undelivered";
  return STATES[status] ?? "waiting";
}

function told({ status, delivery }, state) {
  if (status === "pending") state.detail(delivery.text);
}

const root = document.querySelector("[data-call]");
if (root) new WaitingPage(root, { stateOf, done: "confirmed", told });
