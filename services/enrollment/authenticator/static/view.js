// One view at a time, each from its <template>.

import { text } from "./texts.js";

const main = document.querySelector("[data-main]");
const announcer = document.querySelector("[data-announce]");
let titled = document.title;
let announced = "";

/** A copy of a template's content. */
export function copy(name) {
  return document.getElementById(name).content.firstElementChild.cloneNode(true);
}

/** Show a view; reading begins at its heading, which can be given. */
export function show(name, named) {
  main.replaceChildren(document.getElementById(name).content.cloneNode(true));
  main.dataset.view = name;
  const heading = main.querySelector("h1");
  if (named) heading.textContent = named;
  title(heading.textContent);
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
  return main;
}

export function shown() {
  return main.dataset.view;
}

export function title(named) {
  titled = named ? text("title", { title: named }) : text("name");
  document.title = titled;
}

/** `said` by the name of a data attribute. */
export function fill(root, said) {
  for (const [name, words] of Object.entries(said)) say(root.querySelector(`[data-${name}]`), words);
}

/** The organisation's colour on what is about its account; accounts that were added earlier have the app's. */
export function inColourOf({ accentColor }, element) {
  if (/^#[0-9a-f]{6}$/i.test(accentColor ?? "")) element.style.setProperty("--tenant", accentColor);
}

/** An address breaks before its "@", and only where it does not fit. */
export function sayAddress(element, address) {
  const [first, ...rest] = address.split("@");
  const parts = rest.length > 0 ? [first, document.createElement("wbr"), `@${rest.join("@")}`] : [address];
  element.replaceChildren(...parts);
}

/** Text changes only when it differs: a live region must not repeat itself. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Said aloud; the newest alone. */
export function announce(words) {
  announced = words;
  announcer.textContent = "";
  requestAnimationFrame(() => say(announcer, announced));
}

/** What is wrong with one field, beside it. */
export function fieldError(form, field, wrong) {
  const input = form.elements[field];
  input.setAttribute("aria-invalid", "true");
  say(form.querySelector(`[data-error="${field}"]`), wrong);
  document.title = text("title.error", { title: titled });
  input.focus();
}

/** What went wrong with all of it. */
export function problem(form, wrong) {
  const notice = form.querySelector("[data-problem]");
  say(notice, wrong);
  notice.hidden = wrong === "";
}

export function clearErrors(form) {
  document.title = titled;
  problem(form, "");
  for (const line of form.querySelectorAll("[data-error]")) say(line, "");
  for (const input of form.elements) input.removeAttribute("aria-invalid");
}

/** One thing at a time: while `work` runs, its button says so and nothing in the form can be pressed again. What was
 * said aloud of it is over with it. */
export async function once(form, button, work) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const label = button.textContent;
  const buttons = [...form.querySelectorAll("button")];
  for (const one of buttons) one.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.busy;
  announce(button.dataset.busy);
  try {
    await work();
  } finally {
    delete form.dataset.busy;
    for (const one of buttons) one.removeAttribute("aria-disabled");
    button.textContent = label;
    if (announced === button.dataset.busy) announce("");
  }
}
