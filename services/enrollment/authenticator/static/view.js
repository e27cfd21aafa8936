// One view at a time, each from its <template>.

const main = document.querySelector("[data-main]");
const announcer = document.querySelector("[data-announce]");

/** A copy of a template's content. */
export function copy(name) {
  return document.getElementById(name).content.firstElementChild.cloneNode(true);
}

/** Show a view; reading begins at its heading, which can be given. */
export function show(name, text) {
  main.replaceChildren(document.getElementById(name).content.cloneNode(true));
  main.dataset.view = name;
  const heading = main.querySelector("h1");
  if (text) heading.textContent = text;
  title(heading.textContent);
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
  return main;
}

export function shown() {
  return main.dataset.view;
}

export function title(text) {
  document.title = text ? `${text} – Authenticator` : "Authenticator";
}

/** `texts` by the name of a data attribute. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) say(root.querySelector(`[data-${name}]`), text);
}

/** The organisation's colour on what is about its account; accounts that were added earlier have the app's. */
export function inColourOf({ accentColor }, element) {
  if (/^#[0-9a-f]{6}$/i.test(accentColor ?? "")) element.style.setProperty("--tenant", accentColor);
}

/** An address breaks before its "@", and only where it does not fit. */
export function breakable(name) {
  const [first, ...rest] = name.split("@");
  return rest.length > 0 ? [first, document.createElement("wbr"), `@${rest.join("@")}`] : [name];
}

/** Text changes only when it differs: a live region must not repeat itself. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function announce(text) {
  announcer.textContent = "";
  requestAnimationFrame(() => say(announcer, text));
}

/** What is wrong with one field, beside it. */
export function fieldError(form, field, text) {
  const input = form.elements[field];
  input.setAttribute("aria-invalid", "true");
  say(form.querySelector(`[data-error="${field}"]`), text);
  document.title = `Error: ${document.title.replace(/^Error: /, "")}`;
  input.focus();
}

/** What went wrong with all of it. */
export function problem(form, text) {
  const notice = form.querySelector("[data-problem]");
  say(notice, text);
  notice.hidden = text === "";
}

export function clearErrors(form) {
  document.title = document.title.replace(/^Error: /, "");
  problem(form, "");
  for (const line of form.querySelectorAll("[data-error]")) say(line, "");
  for (const input of form.elements) input.removeAttribute("aria-invalid");
}

/** One thing at a time: while `work` runs, its button says so and nothing in the form can be pressed again. */
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
  }
}
