// "Let's try it out", live: what became of the request in the app. "Next" waits for the approval while it can be heard.

import { say } from "./clock.js";
import { Resend } from "./resend.js";
import { LiveState } from "./state.js";
import { Stream } from "./stream.js";

const STATES = { verified: "approved", denied: "denied", expired: "expired", cancelled: "replaced", failed: "failed" };

function stateOf({ status, failure }) {
  return failure === "numberMismatch" ? "wrongNumber" : (STATES[status] ?? "waiting");
}

class TryPage {
  constructor(root) {
    this.root = root;
    this.state = new LiveState(root);
    this.next = root.querySelector("[data-next]");
    if (this.state.now !== "waiting") return;
    this.next.addEventListener("click", (event) => this.press(event));
    for (const button of root.querySelectorAll("[data-resend]")) new Resend(button);
    this.hold();
    this.stream = new Stream(root.dataset.events, "challenge", {
      told: (news) => this.update(news),
      lost: () => this.release(),
    });
  }

  hold() {
    this.next.setAttribute("aria-disabled", "true");
  }

  release() {
    this.next.removeAttribute("aria-disabled");
  }

  press(event) {
    if (this.next.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    say(this.root.querySelector("[data-resend-said]"), this.next.dataset.first);
  }

  update(news) {
    const state = stateOf(news);
    if (this.state.sending || state === this.state.now) return;
    this.stream.end();
    this.state.enter(state);
    if (state === "approved") this.release();
  }
}

const root = document.querySelector("[data-approval]");
if (root) new TryPage(root);
