// A page whose parts depend on one state, which is announced when it changes.

import { say, titled } from "./clock.js";
import { keepPlaces } from "./places.js";

const FINE = new Set(["waiting", "connected", "approved", "confirmed", "reported"]);

export class LiveState {
  constructor(root) {
    this.root = root;
    this.texts = JSON.parse(root.dataset.texts);
    this.title = document.body.dataset.title;
  }

  get now() {
    return this.root.dataset.state;
  }

  /** Shows the parts of a state; the focus moves only when what had it is gone. */
  enter(state) {
    if (state === this.now) return;
    const focused = document.activeElement;
    keepPlaces(this.root, () => this.show(state));
    titled(this.title, !FINE.has(state));
    if (this.root.contains(focused) && !focused.checkVisibility()) document.querySelector("h2").focus();
  }

  show(state) {
    this.root.dataset.state = state;
    this.root.querySelector("[data-error]")?.remove();
    const [headline, detail] = this.texts[state];
    say(this.root.querySelector("[data-headline]"), headline);
    this.detail(detail);
  }

  /** More about the state that it is in. */
  detail(text) {
    say(this.root.querySelector("[data-detail]"), text);
  }

  /** This page's own form is under way: its answer says what happened. */
  get sending() {
    return this.root.querySelector("form[data-sent]") !== null;
  }
}
