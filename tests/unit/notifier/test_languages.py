"""Each text is there in each language, says the same, and can be shown."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Final, get_args

import pytest
from jinja2 import Template, meta
from pydantic import SecretStr

from schemas.base import MethodType
from schemas.enrollment import NoticeKind
from services.notifier.channels.base import Particulars
from services.notifier.channels.email import Mails
from services.notifier.channels.sms import TextMessages
from services.notifier.domain.delivery import Notice
from services.notifier.domain.segments import segments
from services.notifier.providers.base import Message
from services.notifier.texts import FALLBACK, TEMPLATES, Texts, environment
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON

LANGUAGES: Final = ("en", "de", "es", "fr", "ja", "ar")
OTHERS: Final = LANGUAGES[1:]
FOLDERS: Final = ("sms", "sms/notice", "voice", "email/code", "email/notice")
MAILS: Final = Mails()
TEXTS: Final = TextMessages()
LINK: Final = "https://mysecurityinfo.northbridge.example/security-info/not-me?token=0123456789abcdefghijkl"
WITHOUT_METHOD: Final = frozenset({"newBrowser", "sessionsEnded", "manyFailures"})
NOTICES: Final = [
    *product(get_args(NoticeKind), get_args(MethodType)),
    *((kind, None) for kind in sorted(WITHOUT_METHOD)),
]
OF_FORM: Final = frozenset({"language", "direction", "start", "end", "is_named", "name"})
"""What one language may need and another one not."""

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_other = pytest.mark.parametrize("language", OTHERS)


def particulars(*, code: str | None = None, link: str | None = None, organization: str = "Northbridge") -> Particulars:
    return Particulars(
        organization,
        SecretStr(code) if code else None,
        timedelta(minutes=5),
        "security-info.northbridge.example",
        SecretStr(link) if link else None,
    )


def notice(kind: NoticeKind, method_type: MethodType | None, name: str = "+44 •••• ••0142") -> Notice:
    return Notice(notice_id="n-1", kind=kind, method_type=method_type, display_name=name, happened_at=NOON)


def mailed(language: str, of: Notice | None = None, **more: str) -> Message:
    return MAILS.compose(delivery("email", of, locale=language), "sam@northbridge.example", particulars(**more))


def texted(language: str, of: Notice | None = None, **more: str) -> str:
    return TEXTS.compose(delivery("sms", of, locale=language), "+447700900142", particulars(**more)).body


def places(path: Path) -> set[str]:
    """What is filled in."""
    return meta.find_undeclared_variables(environment().parse(path.read_text("utf-8"))) - OF_FORM


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_text_is_there_in_each_language(folder: str) -> None:
    for suffix in {path.suffix for path in (TEMPLATES / folder).glob("en.*")}:
        assert {path.stem for path in (TEMPLATES / folder).glob(f"*{suffix}")} == set(LANGUAGES)


@each_other
@pytest.mark.parametrize("folder", FOLDERS)
def test_the_same_is_filled_in(folder: str, language: str) -> None:
    for english in (TEMPLATES / folder).glob(f"{FALLBACK}.*"):
        assert places(english.with_stem(language)) == places(english), english


@each_other
@pytest.mark.parametrize("folder", ["sms/notice", "email/notice"])
def test_the_same_has_words(folder: str, language: str) -> None:
    def words(code: str) -> dict[str, set[str | None]]:
        module = Template((TEMPLATES / folder / f"{code}.words").read_text("utf-8")).module
        tables = {name: getattr(module, name) for name in ("types", "changes", "meanings") if hasattr(module, name)}
        assert all(text for table in tables.values() for text in table.values())
        return {name: set(table) - {None} for name, table in tables.items()}

    assert words(language) == words(FALLBACK)


@each_language
@pytest.mark.parametrize(("kind", "method_type"), NOTICES)
def test_each_notice_is_shown(language: str, kind: NoticeKind, method_type: MethodType | None) -> None:
    for link in (LINK, None):
        mail = mailed(language, notice(kind, method_type), **({"link": link} if link else {}))
        body = texted(language, notice(kind, method_type), **({"link": link} if link else {}))
        for shown in (mail.body, mail.html, body):
            assert "Northbridge" in shown
            assert (LINK in shown) == (link is not None)
            assert not [left for left in (kind, "None", "{", "}}") if left in shown.replace("{{", "")]
        assert ("0142" in mail.body) == ("0142" in mail.html) == (method_type is not None)
        assert segments(body) <= (2 if language in {"en", "de", "fr"} else 3)


@each_language
def test_a_code_is_shown(language: str) -> None:
    mail = mailed(language, code="012345")
    for shown in (mail.body, mail.html):
        assert shown.count("012345") == 1
        assert "Northbridge" in shown
        assert "5" in shown.replace("012345", "")
    assert "012345" not in mail.subject
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in mail.html


@each_language
@pytest.mark.parametrize(
    "organization", ["Northbridge", "N" * 64, "Ministère de l’Éducation", "北橋大学", "جسر الشمال"]
)
def test_a_text_with_a_code_is_one_part_and_ends_with_its_host(language: str, organization: str) -> None:
    body = texted(language, code="012345", organization=organization)
    assert segments(body) == 1
    assert body.startswith("012345")
    assert body.split("\n")[1:] == ["", "@security-info.northbridge.example #012345"]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "012345 ist Ihr Code für Northbridge. Er gilt 5 Minuten. Geben Sie ihn nicht weiter."),
        ("fr", "012345 est votre code Northbridge. Il est valable 5 minutes. Ne le communiquez à personne."),
        ("es", "012345 es su código."),
        ("ja", "012345 はお客様のコードです。"),
        ("ar", "012345 هو رمزك."),
    ],
)
def test_letters_outside_of_the_alphabet_of_texts_leave_less_to_say(language: str, says: str) -> None:
    assert texted(language, code="012345").startswith(f"{says}\n")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "دقيقة"), (2, "دقيقتان"), (5, "5 دقائق"), (11, "11 دقيقة"), (100, "100 دقيقة")],
)
def test_minutes_have_the_form_that_goes_with_their_number(minutes: int, said: str) -> None:
    values = {"organization": "N", "code": "012345", "host": None, "length": "full"}
    assert f"مدة صلاحيته {said}. " in Texts("sms").render("ar", minutes=minutes, **values)


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("de", "Zeitpunkt: 24. November 2046, 12:00 UTC"),
        ("es", "Fecha y hora: 24 de noviembre de 2046, 12:00 UTC"),
        ("fr", "Date et heure\u00a0: 24 novembre 2046, 12:00 UTC"),
        ("ja", "日時: 2046年11月24日 12:00 UTC"),
        ("ar", "الوقت: 24 نوفمبر 2046، \u206812:00 UTC\u2069"),
    ],
)
def test_a_day_is_written_as_the_language_does(language: str, when: str) -> None:
    assert when in mailed(language, notice("methodRegistered", "phone")).body


@each_other
@pytest.mark.parametrize("name", ["Passkey", "Authenticator app", "10 codes", "3 questions", "Temporary Access Pass"])
def test_english_names_of_the_product_are_left_out(language: str, name: str) -> None:
    assert name not in mailed(language, notice("methodRegistered", "hardwareOath", name)).body


def test_a_number_among_arabic_letters_keeps_its_direction() -> None:
    mail = mailed("ar", notice("methodRegistered", "phone"), link=LINK)
    assert "\u2068+44 •••• ••0142\u2069" in mail.body
    assert "<bdi>+44 •••• ••0142</bdi>" in mail.html
    assert 'style="text-align: right; padding-left: 1em"' in mail.html
    assert 'dir="ltr" style="font-size: 2em' in mailed("ar", code="012345").html
    assert mail.subject.isprintable()


@pytest.mark.parametrize(("locale", "language"), [("de-AT", "de"), ("AR", "ar"), ("zh-Hans-CN", "en"), ("", "en")])
def test_the_nearest_language_counts(locale: str, language: str) -> None:
    assert {Texts(folder).language(locale) for folder in FOLDERS} == {language}
