// News change what a page says, and move nothing that stays: people are about to press it.

/** Of what is in there, one part is shown at a time, at the same place. */
const TURNS = ".turns";

/** Does the change. What goes leaves its place empty where something after it stays, and all together is no lower. */
export function keepPlaces(root, change) {
  for (const left of root.querySelectorAll(".left")) left.classList.remove("left");
  const before = [...root.querySelectorAll("*")].filter(isSeen);
  const heights = [root, ...root.querySelectorAll(TURNS)].map((part) => [part, heightOf(part)]);
  change();
  const last = before.findLast(isSeen);
  const matters = (part) => last !== undefined && standsBefore(part, last);
  for (const [part, height] of heights) {
    if (part !== root && !matters(part)) continue;
    part.style.minHeight = `${height}px`;
    part.classList.add("held");
  }
  for (const gone of before.filter((element) => element.matches("[data-when]") && !isSeen(element))) {
    const place = gone.parentElement;
    if (isSeen(place) && !place.matches(TURNS) && matters(gone)) gone.classList.add("left");
  }
  onAnotherWidth(() => letGo(root));
}

/** Not of another height: a phone's keyboard comes and goes. */
function onAnotherWidth(act) {
  const width = innerWidth;
  addEventListener("resize", function look() {
    if (innerWidth === width) return;
    removeEventListener("resize", look);
    act();
  });
}

function letGo(root) {
  for (const part of [root, ...root.querySelectorAll(TURNS)]) {
    part.style.minHeight = "";
    part.classList.remove("held");
  }
  for (const left of root.querySelectorAll(".left")) left.classList.remove("left");
}

/** Also of what has no box of its own. */
function heightOf(part) {
  const range = document.createRange();
  range.selectNodeContents(part);
  return part.offsetHeight || range.getBoundingClientRect().height;
}

function isSeen(element) {
  return element.checkVisibility({ visibilityProperty: true }) && element.closest(".visually-hidden") === null;
}

function standsBefore(element, other) {
  return !element.contains(other) && Boolean(element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
}
