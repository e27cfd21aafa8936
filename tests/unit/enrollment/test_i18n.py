"""Texts, plural forms, dates and lists in the reader's language, and which language that is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import pytest
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from markupsafe import escape

from deploy.messages import path_of
from services.enrollment import i18n
from services.enrollment.i18n import (
    LANGUAGES,
    clock_time,
    day_of_year,
    direction,
    either,
    hours,
    long_date,
    minutes,
    nearest,
    ngettext_lazy,
    own_text,
    preferred,
    read_in,
    seconds,
    sentences,
    to_json,
)
from services.enrollment.i18n import gettext as _
from services.enrollment.web.words import with_mask
from tests.support.web.pseudo import speak_few

AT: Final = datetime(2026, 12, 5, 16, 5, tzinfo=UTC)
NEXT: Final = _("Next")
SENT: Final = _("Sent to {where}.")
LEFT: Final = ngettext_lazy("{number} try left.", "{number} tries left.")
OWN: Final[Mapping[str, str]] = {"fr": "bonjour", "en": "hello", "de-AT": "servus"}
TRIES: Final = ("صفر", "واحدة", "اثنتان", "{number} قليلة", "{number} كثيرة", "{number} أخرى")
"""Zero, one, two, few, many and others, in Arabic."""


@pytest.fixture(autouse=True)
def _few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    speak_few(monkeypatch, de={"Next": "Weiter <&>", "Sent to {where}.": "An {where} gesandt."})
    read_in("de")


def test_a_text_is_read_where_it_is_shown() -> None:
    assert (str(NEXT), f"{NEXT}", format(NEXT, ">11"), NEXT + "!", "!" + NEXT) == (
        "Weiter <&>",
        "Weiter <&>",
        " Weiter <&>",
        "Weiter <&>!",
        "!Weiter <&>",
    )
    assert escape(NEXT) == "Weiter &lt;&amp;&gt;"
    assert SENT.format(where="x") == "An x gesandt."
    assert NEXT.split(" ") == ["Weiter", "<&>"]
    assert NEXT.replace("W", "w") == "weiter <&>"
    read_in("en")
    assert (str(NEXT), SENT.format(where="x")) == ("Next", "Sent to x.")


def test_what_looks_at_its_characters_sees_english() -> None:
    """So keys, comparisons and documents stay as they are."""
    assert NEXT == "Next"
    assert {NEXT: 1}["Next"] == 1
    assert json.dumps([NEXT]) == '["Next"]'
    assert " ".join([NEXT]) == "Next"


def test_json_for_a_page_is_read() -> None:
    told = {"a": NEXT, NEXT: (NEXT, [1, None])}
    assert json.loads(to_json(told, sort_keys=True)) == {"a": "Weiter <&>", "Weiter <&>": ["Weiter <&>", [1, None]]}


def test_an_empty_text_stays_empty() -> None:
    assert str(_("")) == ""


def test_plural_forms_are_the_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    with path_of("ar").open("rb") as file:
        catalogue = read_po(file, locale="ar")
    catalogue.add(LEFT, TRIES)
    compiled = i18n._compiled(catalogue)
    monkeypatch.setattr(i18n, "translations", lambda code: compiled if code == "ar" else NullTranslations())
    read_in("ar")
    assert [LEFT.of(number) for number in (0, 1, 2, 3, 11, 100)] == [
        *("صفر", "واحدة", "اثنتان"),
        *("3 قليلة", "11 كثيرة", "100 أخرى"),
    ]
    assert LEFT.forms == dict(zip(("zero", "one", "two", "few", "many", "other"), TRIES, strict=True))
    read_in("en")
    assert LEFT.forms == {"one": "{number} try left.", "other": "{number} tries left."}
    assert LEFT.of(1) == "1 try left."


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("zh-Hant", None),
        ("", None),
        (None, None),
        ("deu", None),
        ("-de", None),
    ],
)
def test_the_nearest_language_is_that_of_the_primary_subtag(wanted: str | None, found: str | None) -> None:
    assert nearest(wanted) == found


@pytest.mark.parametrize(
    ("accepted", "found"),
    [
        ("it, fr;q=0.5", "fr"),
        ("fr;q=0.5, ja;q=0.9", "ja"),
        ("fr, ja", "fr"),
        ("fr;q=0", None),
        ("*", None),
        ("", None),
        ("fr;q=much, ar;q=0.1", "ar"),
        (",;,", None),
    ],
)
def test_a_browser_gets_the_first_of_its_languages_that_is_there(accepted: str, found: str | None) -> None:
    assert preferred(accepted) == found


@pytest.mark.parametrize(
    ("code", "date", "day", "time", "length", "few", "most"),
    [
        ("en", "5 December 2026", "5 December", "16:05", "5 minutes", "30 seconds", "2 hours"),
        ("de", "5. Dezember 2026", "5. Dezember", "16:05", "5 Minuten", "30 Sekunden", "2 Stunden"),
        ("ja", "2026年12月5日", "12月5日", "16:05", "5 分", "30 秒", "2 時間"),
        ("ar", "5 ديسمبر 2026", "5 ديسمبر", "4:05 م", "5 دقائق", "30 ثانية", "ساعتان"),
    ],
)
def test_dates_times_and_durations_are_the_languages(
    code: str, date: str, day: str, time: str, length: str, few: str, most: str
) -> None:
    read_in(code)
    told = (long_date(AT), day_of_year(AT), clock_time(AT), minutes(5), seconds(30), hours(2))
    assert tuple(one.replace("\u00a0", " ").replace("\u202f", " ") for one in told) == (
        date,
        day,
        time,
        length,
        few,
        most,
    )


def test_sentences_and_alternatives_are_joined_as_the_language_does() -> None:
    assert sentences(NEXT, "b.") == "Weiter <&> b."
    assert either(["a", NEXT]) == "a oder Weiter <&>"
    read_in("ja")
    assert sentences("あ。", "い。") == "あ。い。"
    assert either(["あ", "い", "う"]) == "あ、い、またはう"
    read_in("en")
    assert either(["one", "two", "three"]) == "one, two or three"


def test_only_arabic_is_read_from_the_right() -> None:
    read: dict[str, str] = {}
    for code in LANGUAGES:
        read_in(code)
        read[code] = direction()
    assert {code for code, way in read.items() if way == "rtl"} == {"ar"}


@pytest.mark.parametrize(("code", "told"), [("de", "servus"), ("fr", "bonjour"), ("ja", "hello")])
def test_an_organisations_own_text_is_the_readers_or_english(code: str, told: str) -> None:
    read_in(code)
    assert own_text(OWN) == told
    assert own_text("the same for all") == "the same for all"
    assert own_text(None) is None


def test_without_english_the_first_of_an_organisations_texts_is_read() -> None:
    read_in("ja")
    assert own_text({"fr": "bonjour", "de": "servus"}) == "bonjour"


def test_a_mask_that_says_no_more_than_the_label_is_left_out_in_each_language() -> None:
    assert str(with_mask(NEXT, "weiter")) == "Weiter <&>"
    assert with_mask(NEXT, "••42") == "Weiter <&> (••42)"
