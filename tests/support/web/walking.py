"""A person's browser without scripts, in this process: it reads pages, and presses what is on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

VOID = {"input", "img", "meta", "link", "br", "wbr", "hr", "rect", "path", "circle"}
HEADINGS = {"h1", "h2", "h3"}
BRACKETS = "⟦⟧"
"""Around each text of the language that no one speaks (`pseudo`)."""
UNSEEN = {"script", "style", "title", "svg"}


@dataclass
class Form:
    """Where it goes, and what it carries as the page filled it in."""

    action: str
    id: str
    fields: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Button:
    """By what it says; `form` is the id of another form than the one around it."""

    label: str
    form: str
    around: Form | None
    name: str = ""
    value: str = ""


class Read(HTMLParser):
    """What a person meets on a page: its words in order, headings, links, forms and buttons; not what is `hidden`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.buttons: list[Button] = []
        self.links: dict[str, str] = {}
        self.headings: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._form: Form | None = None
        self._button: Button | None = None
        self._link: tuple[str, list[str]] | None = None
        self._heading: list[str] | None = None
        self.feed(page)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("id", ""))
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            self._input(given)
        elif tag == "button":
            self._button = Button("", given.get("form", ""), self._form, given.get("name", ""), given.get("value", ""))
            self.buttons.append(self._button)
        elif tag == "a":
            self._link = (given.get("href", ""), [])
        elif tag in HEADINGS:
            self._heading = []
        if tag not in VOID:
            unseen = tag in UNSEEN or "hidden" in given or (bool(self._open) and self._open[-1][1])
            self._open.append((tag, unseen))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        elif tag in HEADINGS and self._heading is not None:
            self.headings.append(" ".join("".join(self._heading).split()))
            self._heading = None
        elif tag == "a" and self._link:
            self.links[" ".join("".join(self._link[1]).split())] = self._link[0]
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1]:
            return
        self._words.append(data)
        if self._button is not None:
            self._button.label = f"{self._button.label}{data}".strip()
        if self._link:
            self._link[1].append(data)
        if self._heading is not None:
            self._heading.append(data)

    def _input(self, given: Mapping[str, str]) -> None:
        assert self._form is not None
        left_out = given.get("type") in {"radio", "checkbox"} and "checked" not in given
        if given.get("name") and not left_out:
            self._form.fields.append((given["name"], given.get("value", "")))


class Walker:
    """One browser: its cookies, and the page that it shows. It follows redirects to the product, and to `others`.
    `on_page` gets each page that is shown."""

    def __init__(self, http: httpx.AsyncClient, origin: str, *others: str) -> None:
        self._http = http
        self.origin = origin
        self.accepts = ""
        """The languages that it prefers (`Accept-Language`)."""
        self.agent = ""
        """What it calls itself (`User-Agent`)."""
        self._places = {urlsplit(one).netloc for one in (origin, *others)}
        self._cookies: dict[str, dict[str, str]] = {}
        self.page = Read("")
        self.html = ""
        self.status = 0
        self.address = origin
        self.on_page: Callable[[Walker], None] = lambda _: None

    @property
    def cookies(self) -> dict[str, str]:
        """Those of the product, to look at and to change."""
        return self._cookies.setdefault(urlsplit(self.origin).netloc, {})

    async def open(self, address: str) -> "Walker":
        """Follow a link; redirects within the product too."""
        return await self._go("GET", address)

    async def follow(self, label: str) -> "Walker":
        """A link by its words."""
        return await self._go("GET", self.link(label))

    async def press(self, label: str, *, at: int = 0, **typed: str | list[str]) -> "Walker":
        """A button by its words, the one number `at` of those; `typed` are the fields that the person filled in."""
        found = [button for button in self.page.buttons if button.label.strip(BRACKETS) == label]
        assert len(found) > at, f"no button {label!r} among {[button.label for button in self.page.buttons]}"
        button = found[at]
        form = next((one for one in self.page.forms if button.form and one.id == button.form), button.around)
        assert form is not None, f"{label!r} belongs to no form"
        given = [(name, value) for name, value in form.fields if name not in typed]
        given += [(button.name, button.value)] if button.name else []
        data: dict[str, Any] = {}
        for name, value in (*given, *typed.items()):
            data.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        return await self._go("POST", form.action, data=data)

    def link(self, label: str) -> str:
        """Where a link leads, by its words."""
        links = {words.strip(BRACKETS): address for words, address in self.page.links.items()}
        assert label in links, f"no link {label!r} among {sorted(links)}"
        return links[label]

    def field(self, name: str) -> str:
        """What is said to be wrong with a field."""
        _, _, after = self.html.partition(f'id="{name}-error"')
        return Read(f"<p {after.partition('</p>')[0]}</p>").text

    def has_button(self, label: str) -> bool:
        return any(button.label == label for button in self.page.buttons)

    async def _go(self, method: str, address: str, **more: Any) -> "Walker":
        target = urljoin(self.address, address)
        self._http.cookies.clear()
        cookies = self._cookies.setdefault(urlsplit(target).netloc, {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers |= {"Accept-Language": self.accepts} if self.accepts else {}
        headers |= {"User-Agent": self.agent} if self.agent else {}
        answer = await self._http.request(method, target, headers=headers, follow_redirects=False, **more)
        cookies |= dict(answer.cookies)
        self.address, self.status, self.html = target, answer.status_code, answer.text
        if answer.is_redirect:
            onward = urljoin(target, answer.headers["location"])
            if urlsplit(onward).netloc in self._places:
                return await self._go("GET", onward)
            self.address = onward
        self.page = Read(answer.text)
        self.on_page(self)
        return self
