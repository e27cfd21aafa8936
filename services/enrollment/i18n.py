"""Texts in the reader's language, by gettext catalogues in `locales/`.

A text is marked where it is written, `_("Next")`, and read where it is shown: in the language of the request that is
under way. Outside a page, as in the API, that is English.
"""

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple, SupportsIndex, cast

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import escape

from services.kit import cldr

SOURCE: Final = "en"
"""The language in which the texts are written."""

LANGUAGES: Final = (SOURCE, "de", "es", "fr", "ja", "ar")
LOCALES: Final = Path(__file__).parent / "locales"
UNSPACED: Final = frozenset({"ja"})
"""Languages without a space between sentences."""
NUMBERS: Final = range(200)
"""Among these is an example of each plural form that a whole number can have (CLDR)."""


def _territories(code: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", Locale(code).territories)


REGIONS: Final = frozenset(code for code in _territories(SOURCE) if len(code) == 2 and code.isalpha()) - {"ZZ"}
"""ISO 3166-1 alpha-2 codes; ZZ is none of a country."""

_reading: ContextVar[str] = ContextVar("language", default=SOURCE)


class Text(str):
    """An English text that reads in the language of the request wherever it is formatted, escaped or printed.

    Comparing, searching and changing it are done to the English one, and so is what C code does that looks at its
    characters, such as `json` and `str.join`: give those `str(text)`.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return translations(language()).gettext(str.__str__(self)) if self else ""

    def __html__(self) -> str:
        return escape(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def format(self, *args: object, **places: object) -> str:
        return str(self).format(*map(isolated, args), **_isolated(places))

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        return str(self).split(sep, maxsplit)

    def replace(self, old: str, new: str, count: SupportsIndex = -1) -> str:
        return str(self).replace(old, new, count)


def gettext(text: str) -> str:
    """The text, to be read in the reader's language. Imported as `_`, by which the catalogues find it."""
    return Text(text)


class Plural(NamedTuple):
    """A text that goes with a number, `{number}` in it."""

    singular: str
    plural: str

    def of(self, number: int, **places: object) -> str:
        """The form for a number, filled in."""
        return self._form(number).format(number=number, **_isolated(places))

    @property
    def forms(self) -> Mapping[str, str]:
        """Each form by its category ("one", "other" …; CLDR), for a script that fills in a number."""
        return {category: self._form(number) for category, number in _examples(language()).items()}

    def _form(self, number: int) -> str:
        return ngettext(self.singular, self.plural, number)


def ngettext_lazy(singular: str, plural: str) -> Plural:
    """A text that goes with a number, to be read in the reader's language."""
    return Plural(singular, plural)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that goes with the number, read now."""
    return str(translations(language()).ungettext(singular, plural, number))


def language() -> str:
    """The language that is read now, one of `LANGUAGES`."""
    return _reading.get()


def read_in(wanted: str | None) -> None:
    """Let what is under way be read in the nearest language to `wanted`, a language tag (BCP 47); else in English."""
    _reading.set(nearest(wanted) or SOURCE)


def nearest(wanted: str | None) -> str | None:
    """The language that a tag asks for (lookup of RFC 4647, section 3.4), None where there is none."""
    primary = (wanted or "").lower().partition("-")[0]
    return primary if primary in LANGUAGES else None


def preferred(accept_language: str) -> str | None:
    """The first language that a browser accepts and we have (RFC 9110, section 12.5.4)."""
    weighed = [_weighed(part) for part in accept_language.split(",")]
    liked = sorted((entry for entry in weighed if entry[1] > 0), key=lambda entry: -entry[1])
    return next((found for tag, _ in liked if (found := nearest(tag))), None)


def own_text(given: str | Mapping[str, str] | None) -> str | None:
    """A text of an organisation's own, which may be one a language; where the reader's is not among them, the English
    or else the first one."""
    if given is None or isinstance(given, str):
        return given
    told = {nearest(tag): text for tag, text in given.items()}
    return told.get(language()) or told.get(SOURCE) or next(iter(given.values()))


def locale() -> Locale:
    """The locale of dates and numbers."""
    return cldr.locale_of(language())


@lru_cache(maxsize=len(LANGUAGES))
def regions_in(code: str) -> Mapping[str, str]:
    """What countries and regions are called in a language, by their codes (CLDR)."""
    territories = _territories(code)
    return {region: territories[region] for region in REGIONS if region in territories}


def region_name(region: str) -> str:
    """One of `REGIONS` in the reader's language."""
    return regions_in(language()).get(region) or regions_in(SOURCE)[region]


def direction() -> str:
    """`ltr` or `rtl`."""
    return locale().text_direction


def isolated(value: object) -> object:
    """What is filled in, and keeps its own direction within a text from right to left."""
    return cldr.isolated(value) if isinstance(value, str) and direction() == "rtl" else value


def long_date(at: date) -> str:
    """As "5 December 2026"."""
    return cldr.long_date(at, language())


def day_of_year(at: date) -> str:
    """As "5 December"."""
    return format_skeleton("MMMMd", at, locale=locale())


def seconds(number: int) -> str:
    """As "30 seconds"."""
    return cldr.duration(number, "second", language())


def minutes(number: int) -> str:
    """As "5 minutes"."""
    return cldr.duration(number, "minute", language())


def hours(number: int) -> str:
    """As "2 hours"."""
    return cldr.duration(number, "hour", language())


def either(ways: Sequence[str]) -> str:
    """As "one, two or three"."""
    return format_list([str(way) for way in ways], style="or", locale=locale())


def sentences(*whole: str) -> str:
    """One after the other, as the language sets them."""
    return ("" if language() in UNSPACED else " ").join(str(each) for each in whole)


def clock_time(at: datetime) -> str:
    """Hours and minutes, as "16:05"."""
    return format_time(at, format="short", locale=locale())


def to_json(value: object, **how: Any) -> str:
    """JSON with its texts in the reader's language; `how` is what `json.dumps` takes."""
    return json.dumps(_read(value), **how)


@lru_cache(maxsize=len(LANGUAGES))
def translations(code: str) -> NullTranslations:
    """The catalogue of a language, read at its first use."""
    if code == SOURCE:
        return NullTranslations()
    with (LOCALES / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    return _compiled(catalogue)


@lru_cache(maxsize=len(LANGUAGES))
def _examples(code: str) -> Mapping[str, int]:
    """A number of each plural form, by CLDR's category."""
    category_of = cldr.locale_of(code).plural_form
    return {category_of(number): number for number in reversed(NUMBERS)}


def _compiled(catalogue: Catalog) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _read(value: object) -> object:
    match value:
        case str():
            return str(value)
        case Mapping():
            return {str(key): _read(each) for key, each in value.items()}
        case list() | tuple():
            return [_read(each) for each in value]
    return value


def _isolated(places: Mapping[str, object]) -> dict[str, object]:
    return {name: isolated(value) for name, value in places.items()}


def _weighed(part: str) -> tuple[str, float]:
    tag, _, weight = part.strip().partition(";")
    try:
        return tag.strip(), float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        return tag.strip(), 0.0
