"""What is filled in keeps its own direction within a text from right to left."""

from collections.abc import Iterator

import pytest
from jinja2 import Environment

from services.enrollment.i18n import SOURCE, Text, ngettext_lazy, read_in
from services.enrollment.web.rendering import translate

PAGES = Environment(autoescape=True)
translate(PAGES)
MASKED = "+44 •••• ••0142"
ISOLATED = f"\u2068{MASKED}\u2069"


@pytest.fixture(autouse=True)
def _in_english_again() -> Iterator[None]:
    yield
    read_in(SOURCE)


@pytest.mark.parametrize(("language", "shown"), [("en", MASKED), ("de", MASKED), ("ar", ISOLATED)])
def test_a_value_is_isolated_where_one_reads_from_the_right(language: str, shown: str) -> None:
    read_in(language)
    assert Text("{where} · {}").format(7, where=MASKED) == f"{shown} · 7"
    assert PAGES.from_string("{{ _('%(number)s at %(where)s', number=2, where=where) }}").render(where=MASKED) == (
        f"2 at {shown}"
    )
    assert PAGES.from_string("{{ _('At %(where)s', where='<b>&</b>'|safe) }}").render().count("<b>&</b>") == 1
    assert ngettext_lazy("{number} at {where}", "{number} at {where}").of(2, where=MASKED) == f"2 at {shown}"
