// "Create a passkey" and "Use a passkey": the browser asks the person, and the form carries what it answers.

import { canUsePasskeys, runCeremony } from "./credentials.js";

const REASONS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "exists" };

class PasskeyPage {
  constructor(root) {
    this.root = root;
    this.texts = JSON.parse(root.dataset.texts);
    this.outcome = root.querySelector("[data-outcome]");
    this.button = root.querySelector("button");
    this.field = root.closest("form").querySelector("[data-credential]");
    if (!canUsePasskeys()) return this.fail("unsupported");
    this.button.addEventListener("click", (event) => this.press(event));
    this.button.disabled = false;
    if ("focus" in this.button.dataset) this.button.focus();
  }

  async press(event) {
    event.preventDefault();
    if (this.button.getAttribute("aria-disabled") === "true") return;
    this.button.setAttribute("aria-disabled", "true");
    this.tell(this.root.dataset.asking, "waiting");
    try {
      this.field.value = await runCeremony(this.root.dataset.passkey, JSON.parse(this.root.dataset.options));
      this.send();
    } catch (error) {
      this.button.removeAttribute("aria-disabled");
      this.fail(REASONS[error.name] ?? "failed");
    }
  }

  send() {
    this.tell("", "");
    this.button.removeAttribute("aria-disabled");
    this.field.form.requestSubmit();
  }

  fail(reason) {
    this.root.querySelector(".error")?.remove();
    this.tell(this.texts[reason], "error");
    this.button.hidden = reason === "unsupported";
  }

  tell(text, kind) {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    this.outcome.replaceChildren(...(text ? [line] : []));
  }
}

for (const root of document.querySelectorAll("[data-passkey]")) new PasskeyPage(root);
