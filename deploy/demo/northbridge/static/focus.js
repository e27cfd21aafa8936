// Where reading begins on a new page: at what is in error, else at the heading. Without this script, at the top.
const start = document.querySelector("[aria-invalid=true]") ?? document.getElementById("error") ?? document.querySelector("h1");
if (start && !start.matches("input")) start.tabIndex = -1;
start?.focus({ preventScroll: !start.matches("input") });
