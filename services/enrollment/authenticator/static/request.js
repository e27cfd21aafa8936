// A request: who, which app, where, when; then what happened.

import { now } from "./clock.js";
import { answerRequest, RefusedError, UnreachableError } from "./protocol.js";
import { counted, isText, text, time } from "./texts.js";
import { clearErrors, copy, fieldError, fill, inColourOf, once, problem, say, sayAddress, show } from "./view.js";

/** How each outcome looks; what it says is in the texts, `outcome.…`. */
const LOOKS = {
  approve: "good",
  deny: "denied",
  judging: "calm",
  numberMismatch: "bad",
  challengeEnded: "calm",
  expired: "calm",
  deviceSignatureInvalid: "bad",
  clockSkew: "bad",
  report: "good",
};
const MOMENT = { weekday: "long", hour: "2-digit", minute: "2-digit" };
const TICK = 1_000;
const SOON = 60;

/** Shows one request until it is answered or over, or `signal` aborts. */
export class RequestView {
  constructor({ account, request }, inbox, signal) {
    Object.assign(this, { account, request, inbox, over: false });
    this.view = show("request");
    this.form = this.view.querySelector("[data-form]");
    inColourOf(account, this.view.querySelector(".card"));
    this.describe();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.decide("approve");
    });
    this.button("deny").addEventListener("click", () => this.decide("deny"));
    this.button("report").addEventListener("click", () => this.askReport(() => this.decide("report")));
    const timer = setInterval(() => this.look(), TICK);
    signal.addEventListener("abort", () => clearInterval(timer));
    signal.addEventListener("abort", () => (this.over = true));
    this.look();
  }

  get id() {
    return this.request.challengeId;
  }

  get answering() {
    return Boolean(this.form.dataset.busy);
  }

  button(decision) {
    return this.form.querySelector(`[data-decision="${decision}"]`);
  }

  describe() {
    const { appName, purpose, location, requestedAt, digits } = this.request;
    fill(this.view, {
      app: appName,
      purpose: isText(`purpose.${purpose}`) ? text(`purpose.${purpose}`) : "",
      location: location ?? text("request.nowhere"),
      when: time(requestedAt, MOMENT),
      hint: counted("request.hint", digits),
    });
    sayAddress(this.view.querySelector("[data-who]"), this.account.user);
    this.form.elements.number.maxLength = digits;
  }

  /** Time passes, and others may have ended it. */
  look() {
    if (this.over || this.answering) return;
    const left = Math.ceil((Date.parse(this.request.expiresAt) - now()) / 1000);
    if (left <= 0) this.finish("expired");
    else if (!this.inbox.has(this.id)) this.finish("challengeEnded");
    else say(this.view.querySelector("[data-expires]"), left <= SOON ? counted("request.left", left) : "");
  }

  /** What is to be read of a report: it takes a method away that is on file. */
  ofReport(state) {
    const place = this.request.purpose === "registration" ? "beingSetUp" : "onFile";
    return text(`report.${state}.${place}`, { organization: this.account.organization });
  }

  /** Asks once, and says what follows. */
  askReport(report) {
    const dialog = copy("report");
    fill(dialog, { follows: this.ofReport("asked") });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "report") report();
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  decide(decision) {
    const button = this.button(decision);
    return once(this.form, button, async () => {
      clearErrors(this.form);
      const number = this.form.elements.number.value.replaceAll(/\s/g, "");
      if (decision === "approve" && !this.isComplete(number)) {
        fieldError(this.form, "number", counted("request.incomplete", this.request.digits));
        return;
      }
      await this.send(decision, decision === "approve" ? number : null);
    });
  }

  isComplete(number) {
    return /^\d+$/.test(number) && number.length === this.request.digits;
  }

  async send(decision, number) {
    try {
      const counts = await answerRequest(this.account, this.request, decision, number);
      this.finish(counts ? decision : "judging");
    } catch (error) {
      if (error instanceof RefusedError && Object.hasOwn(LOOKS, error.code)) this.finish(error.code);
      else problem(this.form, notSent(error));
    }
  }

  finish(outcome) {
    if (this.over) return;
    this.over = true;
    this.inbox.drop(this.id);
    const kind = LOOKS[outcome];
    const view = show("outcome", text(`outcome.${outcome}`));
    fill(view, { text: outcome === "report" ? this.ofReport("done") : text(`outcome.${outcome}.text`) });
    view.querySelector("[data-emblem]").classList.add(kind);
    view.querySelector(".card").dataset.outcome = outcome;
    for (const icon of view.querySelectorAll("[data-icon]")) icon.hidden = icon.dataset.icon !== kind;
    const form = view.querySelector("[data-late]");
    form.hidden = outcome !== "deny";
    form.querySelector("button").addEventListener("click", () => this.askReport(() => this.reportLate(form)));
  }

  /** After the denial: nobody was let in, and now it is told. */
  reportLate(form) {
    const button = form.querySelector("button");
    return once(form, button, async () => {
      problem(form, "");
      try {
        await answerRequest(this.account, this.request, "report", null);
        this.over = false;
        this.finish("report");
      } catch (error) {
        problem(form, notSent(error));
      }
    });
  }
}

function notSent(error) {
  return text(error instanceof UnreachableError ? "request.offline" : "request.failed");
}
