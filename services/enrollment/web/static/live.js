// "Enter the code", live: what becomes of the message, when another can be sent, and what happened in another tab.

import { counted } from "./clock.js";
import { Missing } from "./missing.js";
import { keepPlaces } from "./places.js";
import { Resend } from "./resend.js";
import { Stream } from "./stream.js";

const NEW_CODE_NEEDED = new Set(["failed", "denied", "expired", "cancelled"]);

class Delivery {
  constructor(element) {
    this.element = element;
    this.text = element.querySelector("[data-delivery-text]");
    this.await(JSON.parse(element.dataset.later));
  }

  update({ state, text, later }) {
    this.show({ state, text });
    this.await(later);
  }

  show({ state, text }) {
    this.element.dataset.state = state;
    if (this.text.textContent !== text) this.text.replaceChildren(...this.together(text));
  }

  /** Without news for so long, something else is all that is known. */
  await(later) {
    clearTimeout(this.timer);
    if (later) this.timer = setTimeout(() => this.show(later), later.seconds * 1_000);
  }

  /** It was for a code that is over. */
  end() {
    clearTimeout(this.timer);
    this.element.hidden = true;
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
}

class CodePage {
  constructor(root) {
    this.root = root;
    const message = root.querySelector("[data-delivery]");
    this.delivery = message ? new Delivery(message) : null;
    this.missing = new Missing(root);
    const button = root.querySelector("[data-resend]");
    this.resend = button ? new Resend(button) : null;
    this.outcome = root.querySelector("[data-outcome]");
    this.checking = root.dataset.checking === "yes";
    this.stream = new Stream(root.dataset.events, "challenge", { told: (news) => this.update(news) });
  }

  update({ status, delivery, attemptsLeft, checking, resendAt, sendsLeft }) {
    if (delivery) this.delivery?.update(delivery);
    if (delivery) this.missing.expect(delivery.helpIn);
    this.resend?.update(resendAt, sendsLeft);
    if (status === "verified") this.verified();
    else if (NEW_CODE_NEEDED.has(status)) this.ended();
    else if (this.checking && !checking) this.judgedWrong(attemptsLeft);
  }

  judgedWrong(left) {
    this.checking = false;
    if (left > 0) this.conclude(counted(JSON.parse(this.root.dataset.wrong), left), "error");
  }

  verified() {
    if (this.sending) return;
    const { elsewhere, confirmed } = this.root.querySelector("[data-elsewhere]").dataset;
    this.finish(() => {
      this.conclude(this.checking ? confirmed : elsewhere, "right");
      this.root.querySelector("[data-go-on]").hidden = false;
    });
  }

  ended() {
    if (this.sending) return;
    this.finish(() => {
      this.delivery?.end();
      this.conclude("", "");
      this.root.querySelector("[data-over]").hidden = false;
    });
  }

  finish(tell) {
    this.stream.end();
    const open = this.root.querySelector("[data-open]");
    const hadFocus = open.contains(document.activeElement);
    keepPlaces(this.root, () => {
      this.missing.end();
      open.hidden = true;
      tell();
    });
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
