// A menu button (WAI-ARIA Authoring Practices, "Menu Button").

export class Menu {
  constructor(root) {
    this.root = root;
    this.button = root.querySelector("[aria-haspopup]");
    this.list = root.querySelector("[role=menu]");
    this.items = [...root.querySelectorAll("[role=menuitem]")];
    this.button.addEventListener("click", () => this.toggle());
    this.list.addEventListener("click", () => this.close());
    root.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("focusout", ({ relatedTarget }) => root.contains(relatedTarget) || this.close());
    document.addEventListener("pointerdown", ({ target }) => root.contains(target) || this.close());
  }

  get open() {
    return !this.list.hidden;
  }

  toggle() {
    if (this.open) this.close();
    else this.show(0);
  }

  show(at) {
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.items.at(at).focus();
  }

  close() {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  press(event) {
    const at = this.items.indexOf(document.activeElement);
    const moves = {
      ArrowDown: () => this.show((at + 1) % this.items.length),
      ArrowUp: () => this.show(at < 0 ? -1 : at - 1),
      Home: () => this.show(0),
      End: () => this.show(-1),
    };
    if (event.key === "Escape" && this.open) {
      this.close();
      this.button.focus();
    } else if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  }
}
