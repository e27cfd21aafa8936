// Which view is shown, and when.

import { showAccounts } from "./accounts.js";
import { fromLink, LINK, UnusableError } from "./activation.js";
import { chooseWay, confirm, enter, unusable } from "./add.js";
import { Inbox } from "./inbox.js";
import { Menu } from "./menu.js";
import { startWorker } from "./notifications.js";
import { RequestView } from "./request.js";
import { scan } from "./scan.js";
import { keptAccounts } from "./store.js";
import { text } from "./texts.js";
import { say, show, shown, title } from "./view.js";

const HOME = "#";
const ENDED = ["challengeEnded", "expired", "numberMismatch"];
const { publicOrigin } = document.body.dataset;
const banner = document.querySelector("[data-banner]");
const connection = document.querySelector("[data-connection]");

/** Whether what is shown is a request that nobody needs any more. */
function isOver() {
  return shown() === "outcome" && ENDED.includes(document.querySelector("[data-outcome]")?.dataset.outcome);
}

class App {
  #leaving = new AbortController();
  #request = null;

  constructor() {
    this.inbox = new Inbox(() => this.changed());
    addEventListener("hashchange", () => this.route());
    document.addEventListener("click", (event) => this.press(event));
    new Menu(document.querySelector("[data-menu]"));
  }

  async start() {
    for (const account of await keptAccounts()) this.inbox.add(account);
    startWorker();
    this.route();
  }

  press({ target }) {
    const place = target.closest("[data-go]")?.dataset.go;
    if (place !== undefined) this.go(place);
  }

  go(place) {
    if ((location.hash || HOME) === place) this.route();
    else if (place === HOME) {
      history.pushState(null, "", location.pathname);
      this.route();
    } else location.hash = place;
  }

  route() {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    this.#request = null;
    const { signal } = this.#leaving;
    const common = { publicOrigin, added: (account) => this.inbox.add(account) };
    const { hash } = location;
    if (hash.startsWith(LINK)) this.openLink(hash, common);
    else if (hash === "#add") show("add");
    else if (hash === "#work") chooseWay();
    else if (hash === "#scan") scan({ publicOrigin, signal, found: (activation) => this.found(activation, common) });
    else if (hash === "#enter") enter(common);
    else this.home();
    this.tell();
  }

  home() {
    const { signal } = this.#leaving;
    const [first] = this.inbox.waiting;
    if (first) this.#request = new RequestView(first, this.inbox, signal);
    else if (this.inbox.accounts.length > 0) showAccounts(this.inbox, signal);
    else show("start");
    if (!first) title("");
  }

  /** The secret does not stay in the address bar or in the history. */
  openLink(hash, common) {
    history.replaceState(null, "", location.pathname);
    try {
      confirm(fromLink(hash, publicOrigin), common);
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      unusable(error);
    }
  }

  found(activation, common) {
    history.replaceState(null, "", location.pathname);
    confirm(activation, common);
  }

  /** News of an account: a request comes to the front where nothing else is under way. */
  changed() {
    const isHome = ["start", "accounts"].includes(shown());
    const isResting = isHome || shown() === "added" || isOver();
    if (isResting && this.inbox.waiting.length > 0) this.go(HOME);
    else if ((isHome && this.isStale()) || this.isOvertaken()) this.route();
    else this.#request?.look();
    this.tell();
  }

  isStale() {
    const cards = document.querySelectorAll("[data-list] > li").length;
    return cards !== this.inbox.accounts.length;
  }

  /** Whether the person has asked for another one meanwhile: its number is the one that the page shows. */
  isOvertaken() {
    const [newest] = this.inbox.waiting;
    const current = this.#request;
    if (!current || !newest || current.over || current.answering || newest.request.challengeId === current.id) return false;
    return newest.account.user === current.account.user || !this.inbox.has(current.id);
  }

  tell() {
    banner.hidden = this.inbox.waiting.length === 0 || ["request", "accounts", "start"].includes(shown());
    say(connection, this.inbox.offline ? text("offline") : "");
  }
}

new App().start();
