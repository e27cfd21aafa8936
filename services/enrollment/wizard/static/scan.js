// "Scan the QR code", live: whether the app has connected, until when the code works, and copying.

import { inWords, say, secondsUntil } from "./clock.js";
import { LiveState } from "./state.js";
import { Stream } from "./stream.js";

class ScanPage {
  constructor(root) {
    this.root = root;
    this.state = new LiveState(root);
    this.expiresAt = Date.parse(root.dataset.expiresAt);
    this.valid = root.querySelector("[data-valid]");
    if (this.state.now !== "waiting") return;
    this.stream = new Stream(root.dataset.events, "activation", { told: (news) => this.update(news) });
    setInterval(() => this.tick(), 1_000);
  }

  update({ connected, deviceName, expired }) {
    if (this.state.sending) return;
    if (connected) this.connected(deviceName);
    else if (expired) this.over("expired");
  }

  connected(deviceName) {
    say(this.root.querySelector("[data-device]"), deviceName ?? "");
    this.over("connected");
  }

  over(state) {
    this.stream.end();
    this.state.enter(state);
  }

  tick() {
    const left = secondsUntil(this.expiresAt);
    if (left > 0) say(this.valid, this.valid?.dataset.valid.replace("{seconds}", inWords(left)));
  }
}

class Copy {
  constructor(button) {
    this.button = button;
    this.said = document.querySelector("[data-copy-said]");
    button.hidden = false;
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    const { copy, copied, notCopied } = this.button.dataset;
    this.said.textContent = "";
    try {
      await navigator.clipboard.writeText(copy);
      this.said.textContent = copied;
    } catch {
      this.said.textContent = notCopied;
    }
  }
}

/** A link that looks like a button is pressed like one. */
function pressBySpace(link) {
  link.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    link.click();
  });
}

const root = document.querySelector("[data-activation]");
if (root) new ScanPage(root);
if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) new Copy(button);
for (const link of document.querySelectorAll("a[role=button]")) pressBySpace(link);
