// What every page gains from a script: focus, one submission a press, and the end of the session announced in time.

import { announce, say, secondsUntil } from "./clock.js";

const SLOW_AFTER = 8_000;
const WARN_BEFORE = 120;

function focusStart() {
  const start = document.querySelector("[data-focus]");
  start?.focus({ preventScroll: start.tagName !== "INPUT" });
}

function submitOnce(form) {
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter ?? form.querySelector("button");
    if (form.dataset.sent || pressed?.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (pressed?.dataset.waiting) wait(form, pressed);
  });
}

function wait(form, pressed) {
  pressed.dataset.label = pressed.textContent;
  pressed.textContent = pressed.dataset.waiting;
  pressed.setAttribute("aria-disabled", "true");
  pressed.classList.add("busy");
  const line = document.createElement("p");
  line.className = "waiting-line";
  line.setAttribute("role", "status");
  form.append(line);
  requestAnimationFrame(() => {
    line.textContent = pressed.dataset.waiting;
    line.classList.add("visually-hidden");
  });
  setTimeout(() => {
    line.classList.remove("visually-hidden");
    say(line, document.body.dataset.slow);
  }, SLOW_AFTER);
}

/** The browser may show a page again as it was left ("Back"): it can be sent again. */
function makeReady() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector(".waiting-line")?.remove();
  }
  for (const pressed of document.querySelectorAll(".busy")) {
    pressed.textContent = pressed.dataset.label;
    pressed.removeAttribute("aria-disabled");
    pressed.classList.remove("busy");
  }
}

class SessionEnd {
  constructor(banner) {
    this.banner = banner;
    this.form = banner.querySelector("form");
    this.text = banner.querySelector("[data-text]");
    this.endsAt = Date.parse(banner.dataset.endsAt);
    this.returnTo = null;
    this.form.addEventListener("submit", (event) => this.stay(event));
    setInterval(() => this.look(), 1_000);
    document.addEventListener("visibilitychange", () => this.look());
  }

  look() {
    const left = secondsUntil(this.endsAt);
    if (left === 0) this.show(this.banner.dataset.over, true);
    else if (left <= WARN_BEFORE && this.form.hidden) this.show(this.banner.dataset.soon, false);
  }

  show(text, over) {
    if (this.form.hidden) this.returnTo = document.activeElement;
    this.form.hidden = false;
    this.form.querySelector("[data-stay]").hidden = over;
    this.form.querySelector("[data-leave]").hidden = !over;
    say(this.text, text);
  }

  async stay(event) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(this.form));
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { sessionEndsAt } = await answer.json();
      this.endsAt = Date.parse(sessionEndsAt);
      this.form.hidden = true;
      this.returnTo?.focus();
      announce(document.querySelector("[data-announce]"), this.banner.dataset.stayed);
    } catch {
      say(this.text, this.banner.dataset.failed);
    }
  }
}

for (const form of document.querySelectorAll("form[data-once]")) submitOnce(form);
for (const banner of document.querySelectorAll("[data-session-end]")) new SessionEnd(banner).look();
addEventListener("pageshow", (event) => event.persisted && makeReady());
focusStart();
