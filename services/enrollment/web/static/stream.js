// What the service tells while a page is looked at (server-sent events).

const RECONNECT_AFTER = 5_000;

/** Follows one kind of event while the page can be seen, so that a forgotten tab holds no connection. */
export class Stream {
  constructor(address, kind, { told, lost = () => {} }) {
    Object.assign(this, { address, kind, told, lost, over: false, source: null });
    document.addEventListener("visibilitychange", () => this.follow());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.follow());
    this.follow();
  }

  follow() {
    if (document.hidden || this.over) return this.close();
    if (this.source) return;
    this.source = new EventSource(this.address);
    this.source.addEventListener(this.kind, (event) => this.told(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.reconnect());
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  /** EventSource tries again by itself, but not after an answer that is no stream. */
  reconnect() {
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.close();
    this.lost();
    setTimeout(() => this.follow(), RECONNECT_AFTER);
  }

  /** Nothing more is expected. */
  end() {
    this.over = true;
    this.close();
  }
}
