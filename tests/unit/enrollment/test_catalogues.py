"""Every text is there in each language, with the same places to fill in."""

import gettext
import re
from typing import Final

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from deploy.messages import empty_texts, extracted, forms, path_of
from services.enrollment.i18n import LANGUAGES, NUMBERS, SOURCE

PLACES: Final = re.compile(r"\{\w*\}|%\(\w+\)s|\*\*")
CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
TRANSLATED: Final = [code for code in LANGUAGES if code != SOURCE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_all_texts_and_no_others(language: str, template: Catalog) -> None:
    known = catalogue(language)
    assert {message.id for message in known} == {message.id for message in template}, "make messages"
    assert not known.obsolete
    assert not [message.id for message in known if message.fuzzy and message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_left_to_be_translated(language: str) -> None:
    assert empty_texts(catalogue(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_is_there_in_each_form(language: str) -> None:
    """A form for one or two may say the number as a word, or not at all."""
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[-1]
        asked = sorted(PLACES.findall(text))
        optional = [place for place in asked if place == "{number}"] if message.pluralizable else []
        for form in forms(message):
            found = sorted(PLACES.findall(form))
            if found not in (asked, [place for place in asked if place not in optional]):
                wrong.append((text, form))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_plural_form_of_the_language_is_there(language: str) -> None:
    known = catalogue(language)
    assert [message.id for message in known if message.pluralizable and len(forms(message)) != known.num_plurals] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_stand_in_the_order_that_translators_know(language: str) -> None:
    """Zero, one, two, few, many, other (CLDR). Babel itself has the last two of Arabic the other way round."""
    category_of = Locale.parse(language).plural_form
    form_of = gettext.c2py(catalogue(language).plural_expr)
    there = [category for category in CATEGORIES if category in {category_of(number) for number in NUMBERS}]
    assert [there[form_of(number)] for number in NUMBERS] == [category_of(number) for number in NUMBERS]
