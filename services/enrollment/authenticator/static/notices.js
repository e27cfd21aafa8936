// What changed in the security info of an account, where the app is how its owner hears of it.

import { noticesOf, RefusedError, reportChange } from "./protocol.js";
import { announce, copy, fill, once } from "./view.js";

const FAILED = "That didn't work. Check your connection, then try again.";

/** Shows them in `place`; nothing where there are none, or where they can't be had now. */
export async function showNotices(account, place) {
  const notices = await noticesOf(account).catch(() => []);
  place.replaceChildren(...notices.map((notice) => card(account, notice)));
}

function card(account, { noticeId, text, canReport }) {
  const element = copy("change");
  fill(element, { text });
  const form = element.querySelector("form");
  form.hidden = !canReport;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(form, form.querySelector("button"), () => report(account, noticeId, element));
  });
  return element;
}

async function report(account, noticeId, element) {
  const said = await reportChange(account, noticeId).then(done, (error) => (error instanceof RefusedError ? over : failed)());
  element.querySelector("form").hidden = said !== FAILED;
  fill(element, { said });
  announce(said);
}

function done() {
  return "Thank you for telling us. What was added or changed is suspended. Change your password now, then look at My security info.";
}

function over() {
  return "This can't be reported here any more. Look at My security info.";
}

function failed() {
  return FAILED;
}
