// Links with data-window become buttons that open a window of a phone's width; without this script they stay links.
for (const link of document.querySelectorAll("a[data-window]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.append(...link.childNodes);
  button.addEventListener("click", () => {
    const left = Math.max(0, screen.availWidth - 400);
    window.open(link.href, link.dataset.window, `popup,width=380,height=760,left=${left},top=40`);
  });
  link.replaceWith(button);
}
