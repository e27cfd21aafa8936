// A page that waits for what happens elsewhere, in an app or on a phone. "Next" waits with it while that can be heard.

import { announce } from "./clock.js";
import { Resend } from "./resend.js";
import { LiveState } from "./state.js";
import { Stream } from "./stream.js";

const READ_FOR = 1_000;

export class WaitingPage {
  /** `stateOf` names the page's state for news of the challenge, and `done` the one in which "Next" is ready; `told`
   * hears of all news. */
  constructor(root, { stateOf, done, told = () => {} }) {
    Object.assign(this, { root, stateOf, done, told });
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
    this.root.querySelector(".why").classList.add("over");
  }

  press(event) {
    if (this.next.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    announce(this.root.querySelector("[data-resend-said]"), this.next.dataset.first);
  }

  update(news) {
    if (this.state.sending) return;
    const state = this.stateOf(news);
    if (state !== this.state.now) this.conclude(state);
    this.told(news, this.state);
  }

  conclude(state) {
    this.stream.end();
    this.state.enter(state);
    if (state !== this.done) return;
    this.release();
    const { onward } = this.root.dataset;
    if (onward) setTimeout(() => location.assign(onward), READ_FOR);
  }
}
