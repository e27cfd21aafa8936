// Menus that open by themselves (<details>) close by Escape, and by a press or the focus elsewhere.

class Menu {
  constructor(details) {
    this.details = details;
    details.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    details.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && this.leave(relatedTarget));
    document.addEventListener("pointerdown", ({ target }) => this.leave(target));
  }

  close() {
    this.details.open = false;
    this.details.querySelector("summary").focus();
  }

  leave(target) {
    if (!this.details.contains(target)) this.details.open = false;
  }
}

for (const details of document.querySelectorAll("details.menu")) new Menu(details);
