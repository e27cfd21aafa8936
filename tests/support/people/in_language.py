"""The seed's path as somebody walks it whose browser reads a language of ours: things are found by the words of its
catalogue and reached by keyboard alone, and no page on the way, nor the text message, says anything in English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

from babel.messages.pofile import read_po
from playwright.sync_api import Locator, Page, expect

from services.enrollment.i18n import LOCALES, SOURCE, translations
from services.kit.cldr import locale_of
from tests.support.people.journey import (
    Seen,
    World,
    browser_page,
    code_from_text,
    enter_password,
    phone_beside,
    texts,
)
from tests.support.web.browser import BROKEN_ADDRESSES, FITS

NARROWEST: Final = 360
SPOKEN: Final = """() => {
    const said = document.body.innerText.replace(document.querySelector("select")?.innerText ?? "", "");
    const names = ["aria-label", "alt", "placeholder"];
    const named = [...document.querySelectorAll("[aria-label], [alt], [placeholder]")]
        .filter((element) => element.checkVisibility());
    return [document.title, said, ...named.flatMap((element) => names.map((name) => element.getAttribute(name) ?? ""))];
}"""
"""What is read, by eye or aloud, but for the names of countries, which are CLDR's."""
LANGUAGE: Final = "() => [document.documentElement.lang, document.documentElement.dir]"
PLACE: Final = re.compile(r"\{\w*\}|%\(\w+\)[sd]")
ENGLISH: Final = re.compile(r"\b(the|your|you|we|our|with|this|that|of|and|is|it|to|from|for|can)\b", re.IGNORECASE)
"""Words without which hardly a sentence of English goes, and which the other languages lack."""
MOST_TABS: Final = 30
LONG_ENOUGH: Final = 15
"""A text of so many letters is found in the middle of a line, too."""


@contextmanager
def reading(language: str) -> Iterator[tuple[Page, Page]]:
    """A computer with a small window, and a phone, of somebody who reads that language."""
    with (
        browser_page(width=NARROWEST, locale=language) as page,
        phone_beside(page, width=NARROWEST, locale=language) as phone,
    ):
        yield page, phone


class Reader:
    """Somebody who reads one language. `seen` is told of each page."""

    def __init__(self, language: str, world: World, seen: Seen = lambda *_: None) -> None:
        self.language = language
        self._world = world
        self._seen = seen

    def walk(self, page: Page, phone: Page, person: str, number: str) -> None:
        """From sign-in, by the app with an approval and a phone by text, to Success and back. The platform's own pages
        are English."""
        enter_password(page, self._world, person)
        self.is_at(page, "1-prompt", "More information required")
        self.presses(page, "Next")
        self.is_at(page, "2-download", "Authenticator app")
        self.presses(page, "Next")
        self.is_at(page, "3-set-up", "Set up your account")
        self.presses(page, "Next")
        self._connect(page, phone)
        self._approve(page, phone)
        self.is_at(page, "6-approved", "Notification approved")
        self.presses(page, "Next")
        self._by_text(page, number)
        self.is_at(page, "10-success", "Success")
        self.presses(page, "Done")
        page.wait_for_url(f"{self._world.northbridge}/**")

    def is_at(self, page: Page, name: str, heading: str) -> None:
        """On a page with that heading, in their language, of which nothing sticks out."""
        expect(page.get_by_role("heading", name=self.read(heading), exact=True)).to_be_visible()
        assert page.evaluate(LANGUAGE) == [self.language, locale_of(self.language).text_direction], name
        assert page.evaluate(FITS), f"{name} is wider than the screen"
        assert page.evaluate(BROKEN_ADDRESSES) == [], name
        english = [] if self.language == SOURCE else self.english_on(page)
        assert not english, f"{name} says in English: {english}"
        self._seen(name, page)

    def english_on(self, page: Page) -> list[str]:
        """Lines of a page that are English."""
        lines = [line.strip() for said in page.evaluate(SPOKEN) for line in said.splitlines()]
        return [line for line in lines if line and (ENGLISH.search(line) or self._is_of_ours(line))]

    def read(self, text: str) -> str:
        """A text of ours, as it reads."""
        return str(translations(self.language).gettext(text))

    def presses(self, page: Page, label: str) -> None:
        """By keyboard, as everything here."""
        button = page.get_by_role("button", name=self.read(label), exact=True)
        expect(button).to_be_enabled()
        self._tab_to(page, button)
        page.keyboard.press("Enter")

    def types(self, page: Page, label: str, text: str) -> None:
        field = page.get_by_label(self.read(label), exact=True)
        expect(field).to_be_visible()
        self._tab_to(page, field)
        page.keyboard.type(text)

    def sees(self, page: Page, text: str) -> None:
        """It comes while the page is open."""
        expect(page.get_by_text(self.read(text)).first).to_be_visible()

    def _connect(self, page: Page, phone: Page) -> None:
        self.is_at(page, "4-scan", "Scan the QR code")
        here = page.get_by_role("button", name=self.read("Open the authenticator on this device"))
        phone.goto(here.get_attribute("href") or "")
        self.is_at(phone, "4-app", "Add this account?")
        self.presses(phone, "Add account")
        self.is_at(phone, "4-app-added", "Account added")
        self.sees(page, "Your app is connected. Select Next.")
        self.presses(page, "Next")

    def _approve(self, page: Page, phone: Page) -> None:
        self.is_at(page, "5-try", "Let's try it out")
        self.is_at(phone, "5-try-app", "Approve sign-in?")
        self.types(phone, "Number", page.locator("strong.number").inner_text())
        self.presses(phone, "Approve")
        self.is_at(phone, "5-try-app-approved", "Approved")
        self.sees(page, "Approved. Select Next.")
        self.presses(page, "Next")

    def _by_text(self, page: Page, number: str) -> None:
        self.is_at(page, "7-phone", "Phone")
        expect(page.get_by_label(self.read("Country or region"))).to_have_value("GB")
        self.types(page, "Phone number", number)
        self.presses(page, "Next")
        code = code_from_text(self._world, number)
        self.is_at(page, "8-code", "Enter the code")
        newest = texts(self._world, number)[0]["body"]
        assert self.language == SOURCE or not ENGLISH.search(newest), newest
        self.types(page, "Code", code)
        self.presses(page, "Next")
        self.is_at(page, "9-verified", "Phone verified")
        self.presses(page, "Done")

    def _tab_to(self, page: Page, control: Locator) -> None:
        """From wherever reading is."""
        for _ in range(MOST_TABS):
            if control.evaluate("(element) => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {control}")

    def _is_of_ours(self, line: str) -> bool:
        is_whole = line in self._whole or any(text in line for text in self._long)
        return is_whole or self._filled.fullmatch(line) is not None

    @cached_property
    def _texts(self) -> frozenset[str]:
        """English texts that read otherwise in their language."""
        with (LOCALES / self.language / "LC_MESSAGES" / "messages.po").open("rb") as file:
            messages = [message for message in read_po(file, locale=self.language) if message.id]
        pairs = [(_forms(message.id), _forms(message.string)) for message in messages]
        return frozenset(text for ids, strings in pairs for text in ids if text not in strings)

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(text for text in self._texts if not PLACE.search(text))

    @cached_property
    def _long(self) -> tuple[str, ...]:
        return tuple(text for text in self._whole if len(text) >= LONG_ENOUGH)

    @cached_property
    def _filled(self) -> re.Pattern[str]:
        with_places = [text for text in self._texts - self._whole if PLACE.sub("", text).strip(" :,.")]
        return re.compile("|".join(".+".join(map(re.escape, PLACE.split(text))) for text in with_places))


def _forms(text: object) -> tuple[str, ...]:
    """Of a text that goes with a number each form."""
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]  # what a catalogue has
