// A button that can be pressed again after a while: it counts down, and says why not yet.

import { inWords, say, secondsUntil } from "./clock.js";

export class Resend {
  constructor(button) {
    this.button = button;
    this.wait = document.querySelector("[data-resend-wait]");
    this.said = document.querySelector("[data-resend-said]");
    this.at = Date.parse(button.dataset.resendAt ?? "");
    button.addEventListener("click", (event) => this.press(event));
    setInterval(() => this.tick(), 1_000);
    this.tick();
  }

  update(resendAt, sendsLeft) {
    this.at = Date.parse(resendAt);
    if (sendsLeft <= 0) this.button.closest("p").hidden = true;
    this.tick();
  }

  tick() {
    const left = secondsUntil(this.at || 0);
    if (left > 0) this.button.setAttribute("aria-disabled", "true");
    else if (!this.button.form?.dataset.sent) this.button.removeAttribute("aria-disabled");
    say(this.wait, left > 0 ? this.button.dataset.wait.replace("{seconds}", inWords(left)) : "");
  }

  press(event) {
    const left = secondsUntil(this.at || 0);
    if (left === 0) return;
    event.preventDefault();
    say(this.said, this.button.dataset.tooSoon.replace("{seconds}", inWords(left)));
  }
}
