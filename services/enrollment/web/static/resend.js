// A button that can be pressed again after a while: it counts down, says why not yet, and that it can be pressed.

import { announce, inWords, say, secondsUntil } from "./clock.js";

export class Resend {
  constructor(button) {
    this.button = button;
    this.row = button.closest("p");
    this.wait = document.querySelector("[data-resend-wait]");
    this.said = document.querySelector("[data-resend-said]");
    this.at = Date.parse(button.dataset.resendAt ?? "");
    button.addEventListener("click", (event) => this.press(event));
    setInterval(() => this.tick(), 1_000);
    this.tick();
  }

  update(resendAt, sendsLeft) {
    this.at = Date.parse(resendAt);
    if (sendsLeft <= 0) return this.end();
    this.tick();
  }

  tick() {
    if (this.button.hidden) return;
    const left = secondsUntil(this.at || 0);
    const waited = this.button.getAttribute("aria-disabled") === "true";
    if (left > 0) this.button.setAttribute("aria-disabled", "true");
    else if (!this.button.form?.dataset.sent) this.button.removeAttribute("aria-disabled");
    this.show(left > 0 ? this.button.dataset.wait.replace("{seconds}", inWords(left)) : "");
    if (waited && left === 0) announce(this.said, this.button.dataset.nowAvailable);
  }

  /** The row keeps the height that it had with the longest text: nothing below it moves. */
  show(text) {
    this.row.style.minHeight = `${this.row.offsetHeight}px`;
    say(this.wait, text);
  }

  /** No more of them. Its place stays, and says so. */
  end() {
    this.button.hidden = true;
    this.show(this.button.dataset.noneLeft ?? "");
  }

  press(event) {
    const left = secondsUntil(this.at || 0);
    if (left === 0) return;
    event.preventDefault();
    announce(this.said, this.button.dataset.tooSoon.replace("{seconds}", inWords(left)));
  }
}
