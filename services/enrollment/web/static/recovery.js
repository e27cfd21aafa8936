// Recovery codes to keep: copied, as a file, or on paper. Nothing leaves this device.

import "./copy.js";
import { announce } from "./clock.js";

class Keep {
  constructor(root) {
    this.root = root;
    this.said = root.querySelector("[data-copy-said]");
    const download = root.querySelector("[data-download]");
    download.addEventListener("click", () => this.download(download.dataset.said));
    root.querySelector("[data-print]").addEventListener("click", () => print());
  }

  download(said) {
    const { codes, written, file } = this.root.dataset;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${written}\n${codes}\n`], { type: "text/plain" }));
    link.download = file;
    link.click();
    URL.revokeObjectURL(link.href);
    announce(this.said, said);
  }
}

for (const root of document.querySelectorAll("[data-keep]")) new Keep(root);
