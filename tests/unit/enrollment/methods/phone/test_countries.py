"""Countries as a reader looks for them, in the reader's language."""

from contextvars import copy_context

import pytest

from services.enrollment.i18n import read_in
from services.enrollment.methods.phone.countries import in_a_sentence, in_order
from services.enrollment.methods.phone.pages import countries


def test_letters_with_marks_stand_where_they_are_looked_for() -> None:
    names = [country.name for country in countries()]
    assert names.index("Åland Islands") < names.index("Albania") < names.index("Zimbabwe")
    assert sorted(["Zambia", "Österreich", "Oman"], key=in_order) == ["Oman", "Österreich", "Zambia"]


def in_german() -> tuple[list[str], str | None]:
    read_in("de")
    return [country.name for country in countries()], in_a_sentence("NL")


def test_they_are_named_and_sorted_in_the_readers_language() -> None:
    names, of_the_netherlands = copy_context().run(in_german)
    assert names.index("Afghanistan") < names.index("Ägypten") < names.index("Deutschland") < names.index("Österreich")
    assert of_the_netherlands == "Niederlande"
    assert {country.region for country in countries()} >= {"NL", "DE", "AX"}


@pytest.mark.parametrize(("region", "said"), [("NL", "the Netherlands"), ("ES", "Spain"), ("ZZ", None), ("+800", None)])
def test_an_english_sentence_has_its_article(region: str, said: str | None) -> None:
    assert in_a_sentence(region) == said
