// Adding an account: by a link, by the camera, or by code and URL.

import { fromTyped, UnusableError } from "./activation.js";
import { deviceName } from "./device-name.js";
import { offerNotifications, pushSubscription } from "./notifications.js";
import { activate, RefusedError, UnreachableError } from "./protocol.js";
import { keepAccount } from "./store.js";
import { isText, text } from "./texts.js";
import { clearErrors, fieldError, fill, once, problem, sayAddress, show } from "./view.js";

/** "Work or school account": the two ways. */
export function chooseWay() {
  offerNotifications(show("work").querySelector("[data-offer]"));
}

/** One confirmation, because a link can come from anybody. */
export function confirm(activation, { publicOrigin, added }) {
  const view = show("confirm");
  fill(view, { host: new URL(publicOrigin).host });
  offerNotifications(view.querySelector("[data-offer]"));
  const form = view.querySelector("[data-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(form, () => activation, { publicOrigin, added });
  });
}

export function enter({ publicOrigin, added }) {
  const form = show("enter").querySelector("[data-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { code, url } = form.elements;
    add(form, () => fromTyped(code.value, url.value, publicOrigin), { publicOrigin, added });
  });
}

export function unusable(error) {
  fill(show("unusable"), { text: error.message });
}

function add(form, read, { publicOrigin, added }) {
  return once(form, form.querySelector(".primary"), async () => {
    clearErrors(form);
    try {
      const activation = read();
      const subscription = await pushSubscription(publicOrigin);
      const options = { publicOrigin, deviceName: deviceName(), pushSubscription: subscription };
      const account = await activate(activation, options);
      await keepAccount(account);
      added(account);
      const { organization, user } = account;
      const view = show("added");
      fill(view, { organization });
      sayAddress(view.querySelector("[data-user]"), user);
    } catch (error) {
      explain(form, error);
    }
  });
}

function explain(form, error) {
  if (error instanceof UnusableError && form.elements[error.field]) fieldError(form, error.field, error.message);
  else if (error instanceof RefusedError && error.code === "activationCodeInvalid" && form.elements.code) {
    fieldError(form, "code", refusal(error));
  } else if (error instanceof RefusedError) problem(form, refusal(error));
  else problem(form, text(error instanceof UnreachableError ? "add.offline" : "add.failed"));
}

function refusal({ code }) {
  return text(isText(`add.${code}`) ? `add.${code}` : "add.failed");
}
