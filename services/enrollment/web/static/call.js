// "Answer the call", live: whether it rings, was answered, confirmed or reported.

import { Missing } from "./missing.js";
import { WaitingPage } from "./waiting.js";

const STATES = { verified: "confirmed", denied: "denied", expired: "expired", cancelled: "cancelled", failed: "failed" };

function stateOf({ status, delivery, superseded }) {
  if (superseded && status === "cancelled") return "replaced";
  if (status === "pending" && delivery.state === "failed") return "undelivered";
  return STATES[status] ?? "waiting";
}

/** What is known of the call; without news for a while, something else is all that is known. */
class Told {
  constructor(missing) {
    this.missing = missing;
  }

  hear({ status, delivery }, state) {
    clearTimeout(this.timer);
    if (status !== "pending") return this.missing.end();
    this.missing.expect(delivery.helpIn);
    state.detail(delivery.text);
    this.await(delivery.later, state);
  }

  await(later, state) {
    if (later) this.timer = setTimeout(() => state.now === "waiting" && state.detail(later.text), later.seconds * 1_000);
  }
}

const root = document.querySelector("[data-call]");
if (root) {
  const known = new Told(new Missing(root));
  const page = new WaitingPage(root, { stateOf, done: "confirmed", told: (news, state) => known.hear(news, state) });
  known.await(JSON.parse(root.dataset.later), page.state);
}
