// The list of accounts with their one-time codes.

import { showNotices } from "./notices.js";
import { forgetAccount } from "./store.js";
import { counted, text, time } from "./texts.js";
import { currentCode, PERIOD, secondsLeft } from "./totp.js";
import { announce, copy, fill, inColourOf, say, sayAddress, show } from "./view.js";

const TICK = 1_000;
const MOMENT = { dateStyle: "long", timeStyle: "short" };

/** Shows the list, kept up to date until `signal` aborts. */
export function showAccounts(inbox, signal) {
  const list = show("accounts").querySelector("[data-list]");
  const cards = inbox.accounts.map((account) => card(account, inbox));
  list.replaceChildren(...cards.map(({ element }) => element));
  const tick = () => cards.forEach((one) => one.update());
  tick();
  const timer = setInterval(tick, TICK);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function card(account, inbox) {
  const element = copy("account");
  const { organization, user, codeKey, deviceId, addedAt } = account;
  fill(element, { organization, initial: organization.slice(0, 1).toUpperCase() });
  sayAddress(element.querySelector("[data-user]"), user);
  inColourOf(account, element);
  const part = (name) => element.querySelector(`[data-${name}]`);
  const alike = inbox.accounts.filter((other) => other.user === user && other.organization === organization);
  part("alike").hidden = alike.length < 2;
  fill(element, { alike: alike.length < 2 ? "" : text("account.alike", { when: time(addedAt, MOMENT) }) });
  part("one-time").hidden = part("copy").hidden = !codeKey;
  part("no-code").hidden = Boolean(codeKey);
  part("copy").addEventListener("click", () => copyCode(codeKey));
  showNotices(account, part("changes"));
  part("remove").setAttribute("aria-label", text("account.remove", { user }));
  part("remove").addEventListener("click", () => askRemoval(account, inbox));
  const update = async () => {
    part("refused").hidden = inbox.state(deviceId) !== "refused";
    if (codeKey) showCode(part, await currentCode(codeKey));
  };
  return { element, update };
}

function showCode(part, code) {
  const left = secondsLeft();
  say(part("code"), `${code.slice(0, 3)} ${code.slice(3)}`);
  say(part("left"), String(left));
  say(part("left-said"), counted("code.left", left));
  part("ring").setAttribute("stroke-dasharray", `${left} ${PERIOD}`);
}

async function copyCode(key) {
  const copied = navigator.clipboard?.writeText(await currentCode(key)).then(() => true);
  const done = await copied?.catch(() => false);
  announce(text(done ? "code.copied" : "code.notCopied"));
}

/** Asks once. */
function askRemoval({ deviceId, user }, inbox) {
  const dialog = copy("remove");
  sayAddress(dialog.querySelector("[data-user]"), user);
  dialog.addEventListener("close", async () => {
    dialog.remove();
    if (dialog.returnValue !== "remove") return;
    await forgetAccount(deviceId);
    inbox.remove(deviceId);
    announce(text("account.removed"));
  });
  document.body.append(dialog);
  dialog.showModal();
}
