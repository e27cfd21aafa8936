"""Dates, durations and directions as languages write them (CLDR, by Babel)."""

from datetime import date
from functools import cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date
from babel.units import format_unit

LOCALES: Final = {"en": "en-GB"}
"""Whose dates and numbers a language has, where it is not the language's own locale."""
ONE_LENGTH: Final = frozenset({"ja"})
"""Languages whose units are not longer in full; Babel has them as short ones alone."""
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"

Unit = Literal["second", "minute", "hour"]


@cache
def locale_of(language: str) -> Locale:
    """The locale of a language that we have, by its subtag."""
    return Locale.parse(LOCALES.get(language, language), sep="-")


def duration(number: int, unit: Unit, language: str) -> str:
    """As "5 minutes"."""
    length: Literal["short", "long"] = "short" if language in ONE_LENGTH else "long"
    return format_unit(number, f"duration-{unit}", length=length, locale=locale_of(language))


def long_date(at: date, language: str) -> str:
    """As "5 December 2026"."""
    return format_date(at, format="long", locale=locale_of(language))


def isolated(text: str) -> str:
    """A text that keeps its own direction among letters of the other one: a masked number or an address would be read
    backwards there (Unicode UAX 9, first strong isolate). What is safe in HTML stays so."""
    return ISOLATE + text + END_OF_ISOLATE
