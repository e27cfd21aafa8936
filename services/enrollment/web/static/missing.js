// "Didn't get it?" opens by itself when a message is overdue, once: whoever closes it does not see it open again.

import { announce } from "./clock.js";

export class Missing {
  constructor(root) {
    this.element = root.querySelector("[data-missing]");
    if (!this.element) return;
    this.said = root.querySelector("[data-missing-said]");
    this.opened = this.element.open;
    const { helpIn } = this.element.dataset;
    this.expect(helpIn === "" ? null : Number(helpIn));
  }

  /** So many seconds without news are left; null where nothing is missing. */
  expect(seconds) {
    clearTimeout(this.timer);
    if (!this.element || this.opened || seconds == null) return;
    this.timer = setTimeout(() => this.open(), seconds * 1_000);
  }

  open() {
    this.opened = true;
    this.element.open = true;
    announce(this.said, this.element.dataset.said);
  }

  /** It was for a code that is over. */
  end() {
    clearTimeout(this.timer);
    if (this.element) this.element.hidden = true;
  }
}
