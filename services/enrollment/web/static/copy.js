// Copying by a button, and links that look like one.

import { announce } from "./clock.js";

class Copy {
  constructor(button) {
    this.button = button;
    this.said = document.querySelector("[data-copy-said]");
    button.hidden = false;
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    const { copy, copied, notCopied } = this.button.dataset;
    try {
      await navigator.clipboard.writeText(copy);
      announce(this.said, copied);
    } catch {
      announce(this.said, notCopied);
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

if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) new Copy(button);
for (const link of document.querySelectorAll("a[role=button]")) pressBySpace(link);
