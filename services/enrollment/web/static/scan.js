// "Scan the QR code", live: whether the app has connected, and until when the code works.

import "./copy.js";
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

const root = document.querySelector("[data-activation]");
if (root) new ScanPage(root);
