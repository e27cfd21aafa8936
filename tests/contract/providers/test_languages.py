"""Messages speak the languages of the pages, and name what stands there."""

import pytest
from babel.messages.pofile import read_po

from deploy.messages import path_of
from services.enrollment.i18n import LANGUAGES, SOURCE
from services.notifier.providers.twiml import SPOKEN
from services.notifier.texts import TEMPLATES

BUTTON = "This wasn't me"
OF_A_MAIL = ("email/notice", "email/code")


@pytest.mark.parametrize("folder", ["sms", "sms/notice", "voice", *OF_A_MAIL])
def test_the_languages_are_those_of_the_pages(folder: str) -> None:
    assert {path.stem for path in (TEMPLATES / folder).glob("*.txt")} == set(LANGUAGES) == set(SPOKEN)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE])
def test_a_mail_names_the_button_as_the_page_does(language: str) -> None:
    with path_of(language).open("rb") as file:
        on_the_page = read_po(file, locale=language).get(BUTTON)
    if on_the_page is None or not on_the_page.string:
        return
    for suffix in (".txt", ".html"):
        mail = (TEMPLATES / "email" / "notice" / f"{language}{suffix}").read_text("utf-8")
        assert str(on_the_page.string) in mail
