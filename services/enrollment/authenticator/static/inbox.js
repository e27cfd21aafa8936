// What waits for an answer, for all accounts, live while the app is looked at.

import { followRequests, RefusedError } from "./protocol.js";

const PATIENCE = [1_000, 1_000, 2_000, 5_000, 10_000, 30_000];
const UNKNOWN = "deviceSignatureInvalid";

/** Follows one account; `state` is "connecting", "live", "offline" or "refused". */
class Line {
  constructor(account, changed) {
    Object.assign(this, { account, changed, requests: [], state: "connecting", failures: 0, stop: null, timer: 0 });
  }

  start() {
    if (this.stop || this.state === "refused") return;
    this.stop = new AbortController();
    this.follow(this.stop.signal);
  }

  end() {
    clearTimeout(this.timer);
    this.stop?.abort();
    this.stop = null;
  }

  async follow(signal) {
    try {
      await followRequests(this.account, { signal, told: (requests) => this.told(requests) });
      this.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.failures += 1;
      this.set(error instanceof RefusedError && error.code === UNKNOWN ? "refused" : "offline");
    }
    if (signal.aborted || this.state === "refused") return;
    this.timer = setTimeout(() => this.follow(signal), PATIENCE[Math.min(this.failures, PATIENCE.length - 1)]);
  }

  told(requests) {
    this.failures = 0;
    this.requests = requests;
    this.set("live");
  }

  set(state) {
    this.state = state;
    this.changed();
  }
}

export class Inbox {
  #lines = new Map();

  constructor(changed) {
    this.changed = changed;
    document.addEventListener("visibilitychange", () => this.follow());
    addEventListener("online", () => this.#again());
    addEventListener("pagehide", () => this.#each((line) => line.end()));
    addEventListener("pageshow", () => this.follow());
  }

  add(account) {
    this.#lines.set(account.deviceId, new Line(account, this.changed));
    this.follow();
  }

  remove(deviceId) {
    this.#lines.get(deviceId)?.end();
    this.#lines.delete(deviceId);
    this.changed();
  }

  get accounts() {
    return [...this.#lines.values()].map((line) => line.account);
  }

  state(deviceId) {
    return this.#lines.get(deviceId)?.state;
  }

  get offline() {
    return [...this.#lines.values()].some((line) => line.state === "offline");
  }

  /** Requests with their accounts, the newest first. */
  get waiting() {
    return [...this.#lines.values()]
      .flatMap((line) => line.requests.map((request) => ({ account: line.account, request })))
      .sort((one, other) => Date.parse(other.request.requestedAt) - Date.parse(one.request.requestedAt));
  }

  has(challengeId) {
    return this.waiting.some(({ request }) => request.challengeId === challengeId);
  }

  /** An answered request is not offered again while the news of its end is on its way. */
  drop(challengeId) {
    this.#each((line) => {
      line.requests = line.requests.filter((request) => request.challengeId !== challengeId);
    });
  }

  /** Nothing is followed while nobody looks. */
  follow() {
    this.#each((line) => (document.hidden ? line.end() : line.start()));
  }

  #again() {
    this.#each((line) => line.end());
    this.follow();
  }

  #each(work) {
    for (const line of this.#lines.values()) work(line);
  }
}
