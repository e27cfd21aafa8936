// What changed in the security info of an account, where the app is how its owner hears of it.

import { noticesOf, RefusedError, reportChange } from "./protocol.js";
import { text } from "./texts.js";
import { announce, copy, fill, once } from "./view.js";

/** Shows them in `place`; nothing where there are none, or where they can't be had now. */
export async function showNotices(account, place) {
  const notices = await noticesOf(account).catch(() => []);
  place.replaceChildren(...notices.map((notice) => card(account, notice)));
}

function card(account, { noticeId, text: happened, canReport }) {
  const element = copy("change");
  fill(element, { text: happened });
  const form = element.querySelector("form");
  form.hidden = !canReport;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(form, form.querySelector("button"), () => report(account, noticeId, element));
  });
  return element;
}

async function report(account, noticeId, element) {
  const became = await reportChange(account, noticeId).then(
    () => "reported",
    (error) => (error instanceof RefusedError ? "over" : "failed"),
  );
  const said = text(`change.${became}`);
  element.querySelector("form").hidden = became !== "failed";
  fill(element, { said });
  announce(said);
}
