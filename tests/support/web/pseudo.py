"""A language that no one speaks: every text reads `⟦…⟧`, so that what is not one, or is put together, is seen."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from typing import Final

import pytest
from babel.support import NullTranslations
from pydantic import SecretStr

from services.enrollment import i18n
from services.enrollment.i18n import SOURCE, Text

READ: Final = re.compile(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧")
WORD: Final = re.compile(r"[^\W\d_]{2,}")
SPOKEN: Final = frozenset({"alt", "title", "placeholder", "aria-label"})
"""Attributes that are read; what begins with `data-` is where it has more than one word."""
UNSPOKEN: Final = frozenset(
    {"data-codes", "data-copy", "data-events", "data-keeping", "data-masked", "data-options", "data-when"}
)


SILENT: Final = frozenset({"script", "style"})
WITHIN_A_LINE: Final = frozenset({"a", "abbr", "b", "bdi", "code", "em", "kbd", "span", "strong", "time", "wbr"})


class PseudoTranslations(NullTranslations):
    """Each text in white brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{str.__str__(message)}⟧"

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return f"⟦{singular if number == 1 else plural}⟧"


class FewTexts(NullTranslations):
    """A catalogue of a few texts; the others are English."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        text = str.__str__(message)
        return self._texts.get(text, text)

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


def speak_few(monkeypatch: pytest.MonkeyPatch, **catalogues: Mapping[str, str]) -> None:
    """Languages by their codes have those texts alone."""
    made = {code: FewTexts(texts) for code, texts in catalogues.items()}
    monkeypatch.setattr(i18n, "translations", lambda code: made.get(code, NullTranslations()))


def speak_pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is read in it that is not read in English."""
    english, pseudo = NullTranslations(), PseudoTranslations()
    monkeypatch.setattr(i18n, "translations", lambda code: english if code == SOURCE else pseudo)


def unmarked(html: str, data: str = "") -> list[str]:
    """Words of a page that are in no catalogue and not in `data`."""
    page = _Spoken()
    page.feed(html)
    page.close()
    pieces = [READ.sub(" ", piece) for piece in page.pieces]
    return [piece.strip() for piece in pieces if any(word not in data for word in WORD.findall(piece))]


def data_of(view: object) -> str:
    """All strings that a view was given and that are not texts of ours."""
    return "\n".join(_strings(view))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str) and not isinstance(value, Text):
        yield str(value)
    elif isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        yield from _strings(tuple(value.values()))
    elif is_dataclass(value):
        yield from _strings(tuple(getattr(value, field.name) for field in fields(value)))


class _Spoken(HTMLParser):
    """What a page says: its text, a block at a time, and the attributes that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._line = ""
        self._silent = 0
        self._unread = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break_at(tag)
        self._silent += tag in SILENT
        if ("aria-hidden", "true") in attrs and tag in WITHIN_A_LINE:
            self._break_at("aria-hidden")
            self._unread = tag
        for name, value in attrs:
            is_told = name.startswith("data-") and name not in UNSPOKEN and " " in (value or "")
            if value and (name in SPOKEN or is_told):
                self.pieces += _said(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._line = self._unread = ""
        self._break_at(tag)
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line += data

    def close(self) -> None:
        super().close()
        self._break_at("html")

    def _break_at(self, tag: str) -> None:
        if tag not in WITHIN_A_LINE:
            self.pieces.append(self._line)
            self._line = ""


def _said(value: str) -> Iterator[str]:
    """What an attribute says; of JSON what has more than one word."""
    if value[:1] not in "{[":
        yield value
    else:
        yield from (each for each in _strings(json.loads(value)) if " " in each)
