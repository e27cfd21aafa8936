"""The seed's path in each language: stopped, led through the app and a phone, and done. The text speaks it too."""

from typing import Any, Final

import pytest

from services.enrollment.i18n import LANGUAGES, SOURCE, translations
from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import number_on, texts_at
from tests.support.people.api import Platform
from tests.support.people.device import TestDevice
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)


TEXTED: Final = {"de": "Code", "es": "código", "fr": "code", "ja": "コード", "ar": "رمز"}
"""A word of the text message."""


class Reader:
    """Somebody who looks for words in their language."""

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
def test_the_whole_setup(language: str, product: Product, platform: Platform) -> None:
    person, number = platform.person("staff"), fresh_number()
    reader = Reader(product.visitor().open(person.sign_in("staff", locale=language)["url"]), language)
    reader.is_at("More information required")
    for _ in range(3):
        reader.presses("Next")
    reader.is_at("Scan the QR code")
    device = TestDevice(product.url("enrollment"), clock_off=product.ahead)
    link = reader.visitor.links[reader.read("Open the authenticator on this device")]
    assert device.activate_by_link(link).status_code == 201
    reader.presses("Next")
    reader.is_at("Let's try it out")
    assert device.answer(device.next_request(), "approve", number_on(reader.visitor)).status_code == 204
    reader.visitor.shows(reader.read("Notification approved"))
    reader.presses("Next")
    reader.presses("Next", region="GB", number=number)
    reader.is_at("Enter the code")
    reader.presses("Next", code=person.texted(number))
    reader.is_at("Phone verified")
    reader.presses("Done")
    reader.is_at("Success")
    (message,) = texts_at(product, number)
    assert TEXTED[language] in message["body"]
    assert "your Northbridge code" not in message["body"]
