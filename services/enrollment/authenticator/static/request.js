// A request: who, which app, where, when; then what happened.

import { now } from "./clock.js";
import { answerRequest, RefusedError, UnreachableError } from "./protocol.js";
import { breakable, clearErrors, copy, fieldError, fill, inColourOf, once, problem, say, show } from "./view.js";

const PURPOSES = {
  registration: "to finish setting up this app",
  signIn: "to sign in",
  passwordReset: "to reset the password",
  stepUp: "to confirm it's you",
};
const GOOD = "good";
const BAD = "bad";
const CALM = "calm";
const DENIED = "denied";
const OUTCOMES = {
  approve: [GOOD, "Approved", "Go on where you are signing in."],
  deny: [DENIED, "Denied", "Nobody was let in. If you didn't start this, report it."],
  judging: [CALM, "Answer sent", "It is still being checked. Look at the page where you are signing in."],
  numberMismatch: [BAD, "Wrong number", "This request has ended. Ask for a new one where you are signing in; it shows a new number."],
  challengeEnded: [CALM, "This request has ended", "It was answered already, or nobody needs it any more."],
  expired: [CALM, "This request has expired", "It wasn't answered in time. Ask for a new one where you are signing in."],
  deviceSignatureInvalid: [BAD, "This device isn't connected any more", "Add the account again from your security info page."],
  clockSkew: [BAD, "This device's clock is wrong", "Set its time to automatic, then ask for a new request."],
};
const REPORTED = {
  onFile: "{org} was told, and this app can't be used for your account until you restore it: in My security info, after you verified with another method. Change your password if others may know it.",
  beingSetUp: "{org} was told, and the app was not set up. Change your password if others may know it.",
};
const WOULD_FOLLOW = {
  onFile: "{org} is told, and this app can't be used for your account until you restore it in My security info, with another method.",
  beingSetUp: "{org} is told, and the app is not set up.",
};
const OFFLINE = "No connection. Your answer wasn't sent. Check your network, then try again.";
const FAILED = "Something went wrong on our side. Your answer wasn't counted. Try again.";
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
      purpose: PURPOSES[purpose] ?? "",
      location: location ?? "Not known",
      when: clockTime(requestedAt),
      hint: `Enter the ${digits} digits that the page shows where you are signing in.`,
    });
    this.view.querySelector("[data-who]").replaceChildren(...breakable(this.account.user));
    this.form.elements.number.maxLength = digits;
  }

  /** Time passes, and others may have ended it. */
  look() {
    if (this.over || this.answering) return;
    const left = Math.ceil((Date.parse(this.request.expiresAt) - now()) / 1000);
    if (left <= 0) this.finish("expired");
    else if (!this.inbox.has(this.id)) this.finish("challengeEnded");
    else say(this.view.querySelector("[data-expires]"), left <= SOON ? `${left} s left` : "");
  }

  /** What is to be read of a report: it takes a method away that is on file. */
  text(of) {
    const text = of[this.request.purpose === "registration" ? "beingSetUp" : "onFile"];
    return text.replace("{org}", this.account.organization);
  }

  /** Asks once, and says what follows. */
  askReport(report) {
    const dialog = copy("report");
    fill(dialog, { follows: this.text(WOULD_FOLLOW) });
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
        fieldError(this.form, "number", `Enter the ${this.request.digits} digits of the number.`);
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
      const counted = await answerRequest(this.account, this.request, decision, number);
      this.finish(counted ? decision : "judging");
    } catch (error) {
      if (error instanceof RefusedError && OUTCOMES[error.code]) this.finish(error.code);
      else problem(this.form, error instanceof UnreachableError ? OFFLINE : FAILED);
    }
  }

  finish(outcome) {
    if (this.over) return;
    this.over = true;
    this.inbox.drop(this.id);
    const [kind, title, text] = OUTCOMES[outcome] ?? [CALM, "Reported", this.text(REPORTED)];
    const view = show("outcome", title);
    fill(view, { text });
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
        problem(form, error instanceof UnreachableError ? OFFLINE : FAILED);
      }
    });
  }
}

function clockTime(time) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit" }).format(new Date(time));
}
