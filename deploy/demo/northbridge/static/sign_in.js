// Choosing a person fills in the form; without this script the same link loads the page with the form filled in.
const userName = document.getElementById("user-name");
const password = document.getElementById("password");
const people = document.querySelectorAll("a[data-user]");
for (const person of people) {
  person.addEventListener("click", (event) => {
    event.preventDefault();
    userName.value = person.dataset.user;
    password.value = person.dataset.password;
    for (const other of people) other.removeAttribute("aria-current");
    person.setAttribute("aria-current", "true");
    document.querySelector("form button.primary").focus();
  });
}
