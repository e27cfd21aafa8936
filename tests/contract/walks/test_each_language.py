"""The seed's path in each language: stopped, led through the app and a phone, and done. The text speaks it too.

In a browser by two of them, the one with the longest words and the one from right to left; `make smoke LANGUAGE=all`
walks by all.
"""

import secrets
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from services.enrollment.i18n import LANGUAGES, SOURCE, translations
from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import number_on, texts_at, world_of
from tests.support.people.api import Platform
from tests.support.people.device import TestDevice
from tests.support.people.in_language import Reader, reading
from tests.support.people.journey import enter_password
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)


TEXTED: Final = {"de": "Code", "es": "código", "fr": "code", "ja": "コード", "ar": "رمز"}
"""A word of the text message."""


class Walk:
    """Without scripts, of somebody who looks for words in their language."""

    def __init__(self, visitor: Visitor, language: str) -> None:
        self.visitor = visitor
        self.language = language

    def read(self, text: str) -> str:
        return str(translations(self.language).gettext(text))

    def presses(self, label: str, **typed: Any) -> None:
        self.visitor.press(self.read(label), **typed)

    def is_at(self, heading: str) -> None:
        assert self.read(heading) in self.visitor.headings
        direction = "rtl" if self.language == "ar" else "ltr"
        assert f'<html lang="{self.language}" dir="{direction}">' in self.visitor.html


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_the_whole_setup_in_the_platforms_language(language: str, product: Product, platform: Platform) -> None:
    person, number = platform.person("staff"), fresh_number()
    walk = Walk(product.visitor().open(person.sign_in("staff", locale=language)["url"]), language)
    walk.is_at("More information required")
    for _ in range(3):
        walk.presses("Next")
    walk.is_at("Scan the QR code")
    device = TestDevice(product.url("enrollment"), clock_off=product.ahead)
    link = walk.visitor.links[walk.read("Open the authenticator on this device")]
    assert device.activate_by_link(link).status_code == 201
    walk.presses("Next")
    walk.is_at("Let's try it out")
    assert device.answer(device.next_request(), "approve", number_on(walk.visitor)).status_code == 204
    walk.visitor.shows(walk.read("Notification approved"))
    walk.presses("Next")
    walk.presses("Next", region="GB", number=number)
    walk.is_at("Enter the code")
    walk.presses("Next", code=person.texted(number))
    walk.is_at("Phone verified")
    walk.presses("Done")
    walk.is_at("Success")
    (message,) = texts_at(product, number)
    assert TEXTED[language] in message["body"]
    assert "your Northbridge code" not in message["body"]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_whole_setup_in_the_browsers_language(language: str, product: Product) -> None:
    person = f"alex+{secrets.token_hex(5)}@northbridge.example"
    with reading(language) as (page, phone):
        Reader(language, world_of(product)).walk(page, phone, person, fresh_number())


def test_a_text_that_stayed_english_is_seen(product: Product) -> None:
    """What a browser shows that reads English, as somebody sees it who reads German."""
    with reading(SOURCE) as (page, _):
        enter_password(page, world_of(product), f"alex+{secrets.token_hex(5)}@northbridge.example")
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        assert "More information required" in Reader("de", world_of(product)).english_on(page)
