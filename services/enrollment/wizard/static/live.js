// "Enter the code", live: what becomes of the message, when another can be sent, and what happened in another tab.

import { inWords, say, secondsUntil } from "./clock.js";

const SLOW_AFTER = 8_000;
const RECONNECT_AFTER = 5_000;
const NEW_CODE_NEEDED = new Set(["failed", "denied", "expired", "cancelled"]);

class Delivery {
  constructor(element) {
    this.element = element;
    this.text = element.querySelector("[data-delivery-text]");
    setTimeout(() => this.slow(), SLOW_AFTER);
  }

  update({ state, text }) {
    this.element.dataset.state = state;
    if (this.text.textContent !== text) this.text.replaceChildren(...this.together(text));
  }

  /** A masked number is not torn apart at the end of a line. */
  together(text) {
    const { masked } = this.text.dataset;
    if (!masked) return [text];
    return text.split(masked).flatMap((part, at) => {
      if (at === 0) return [part];
      const stop = part.startsWith(".") ? "." : "";
      return [this.unbroken(masked + stop), part.slice(stop.length)];
    });
  }

  unbroken(text) {
    const span = document.createElement("span");
    span.className = "together";
    span.textContent = text;
    return span;
  }

  slow() {
    if (this.element.dataset.state === "queued") say(this.text, this.element.dataset.slowMessage);
  }
}

class Resend {
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

class CodePage {
  constructor(root) {
    this.root = root;
    this.delivery = new Delivery(root.querySelector("[data-delivery]"));
    const button = root.querySelector("[data-resend]");
    this.resend = button ? new Resend(button) : null;
    this.outcome = root.querySelector("[data-outcome]");
    this.checking = root.dataset.checking === "yes";
    this.source = null;
    document.addEventListener("visibilitychange", () => this.follow());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.follow());
    this.follow();
  }

  /** Listen while the page can be seen, so that a forgotten tab holds no connection. */
  follow() {
    if (document.hidden || this.over) return this.close();
    if (this.source) return;
    this.source = new EventSource(this.root.dataset.events);
    this.source.addEventListener("challenge", (event) => this.update(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.reconnect());
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  /** EventSource tries again by itself, but not after an answer that is no stream. */
  reconnect() {
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.close();
    setTimeout(() => this.follow(), RECONNECT_AFTER);
  }

  update({ status, delivery, attemptsLeft, checking, resendAt, sendsLeft }) {
    if (delivery) this.delivery.update(delivery);
    this.resend?.update(resendAt, sendsLeft);
    if (status === "verified") this.verified();
    else if (NEW_CODE_NEEDED.has(status)) this.ended();
    else if (this.checking && !checking) this.judgedWrong(attemptsLeft);
  }

  judgedWrong(left) {
    this.checking = false;
    const tries = left === 1 ? "1 try" : `${left} tries`;
    if (left > 0) this.conclude(this.root.dataset.wrong.replace("{left}", tries), "wrong");
  }

  verified() {
    if (this.sending) return;
    const { elsewhere, confirmed } = this.root.querySelector("[data-elsewhere]").dataset;
    this.finish();
    this.conclude(this.checking ? confirmed : elsewhere, "right");
    this.root.querySelector("[data-go-on]").hidden = false;
  }

  ended() {
    if (this.sending) return;
    this.finish();
    this.conclude("", "");
    this.root.querySelector("[data-over]").hidden = false;
  }

  finish() {
    this.over = true;
    this.close();
    const open = this.root.querySelector("[data-open]");
    const hadFocus = open.contains(document.activeElement);
    open.hidden = true;
    if (hadFocus) document.querySelector("h2").focus();
  }

  /** This tab's own form is under way: its answer says what happened. */
  get sending() {
    return this.root.querySelector("form[data-sent]") !== null;
  }

  conclude(text, kind) {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    this.outcome.replaceChildren(...(text ? [line] : []));
  }
}

const root = document.querySelector("[data-challenge]");
if (root && root.dataset.ended !== "yes") new CodePage(root);
