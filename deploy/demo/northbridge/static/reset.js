// Tells when the person has approved elsewhere. The page changes only when they say so; without this script "Next" looks.
const TEXTS = {
  proven: "You have proven that it’s you. Select Next.",
  over: "This attempt is over. Select Next to go on.",
};
const form = document.querySelector("form[data-live]");
const told = form?.querySelector("[data-status]");

async function watch() {
  for (;;) {
    const answer = await fetch(form.dataset.live).then((one) => one.json()).catch(() => null);
    if (answer && TEXTS[answer.state]) {
      told.textContent = TEXTS[answer.state];
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, answer ? 500 : 5000));
  }
}

if (form) watch();
