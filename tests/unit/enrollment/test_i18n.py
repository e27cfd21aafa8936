"""What is filled in keeps its own direction within a text from right to left."""

from collections.abc import Iterator

import pytest

from services.enrollment.i18n import SOURCE, Text, ngettext_lazy, read_in

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
    assert ngettext_lazy("{number} at {where}", "{number} at {where}").of(2, where=MASKED) == f"2 at {shown}"
