// Keeps the page up to date while it is visible, and sends key presses without leaving it.
const live = document.getElementById("live");
const announce = document.getElementById("announce");
const words = { text: "New text message", call: "Incoming call", mail: "New mail" };
let busy = false;

const ids = () => new Set([...live.querySelectorAll("[data-kind]")].map((node) => node.dataset.id));
const opened = () => [...live.querySelectorAll("details")].map((node) => [node.dataset.id ?? node.className, node.open]);

function show(html) {
  const before = ids();
  const state = new Map(opened());
  const focused = document.activeElement?.closest?.("#live button");
  const mark = focused && [focused.name, focused.value, focused.closest("[data-id]")?.dataset.id];
  live.innerHTML = html;
  live.dataset.version = live.firstElementChild.dataset.version;
  for (const node of live.querySelectorAll("details")) {
    const key = node.dataset.id ?? node.className;
    if (state.has(key)) node.open = state.get(key);
  }
  if (mark) {
    const scope = mark[2] ? live.querySelector(`[data-id="${mark[2]}"]`) : live;
    scope?.querySelector(`button[name="${mark[0]}"][value="${mark[1]}"]`)?.focus();
  }
  for (const node of live.querySelectorAll("[data-kind]")) {
    if (before.has(node.dataset.id)) continue;
    node.classList.add("new");
    announce.textContent = words[node.dataset.kind];
  }
}

async function refresh(force = false) {
  if (busy || (document.hidden && !force)) return;
  busy = true;
  try {
    const query = new URLSearchParams({ to: live.dataset.to, after: live.dataset.version });
    const answer = await fetch(`/live?${query}`);
    if (answer.status === 200) show(await answer.text());
  } catch {
    // The handset is switched off; the next look may find it again.
  } finally {
    busy = false;
  }
}

live.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
  await refresh(true);
});
document.addEventListener("visibilitychange", () => refresh());
setInterval(refresh, 700);
