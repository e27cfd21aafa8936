// What a person handed in is still being kept: the page goes on by itself, whatever comes of it.

import { Stream } from "./stream.js";

const root = document.querySelector("[data-keeping]");
if (root) {
  const stream = new Stream(root.dataset.keeping, "challenge", {
    told: ({ status }) => {
      if (status === "pending") return;
      stream.end();
      location.replace(root.dataset.onward);
    },
  });
}
