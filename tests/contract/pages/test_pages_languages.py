"""Every word of every page is in a catalogue."""

from collections.abc import Iterator

import pytest

from services.enrollment.i18n import SOURCE, read_in
from tests.support.web.browser import PAGES
from tests.support.web.pseudo import data_of, speak_pseudo, unmarked
from tests.support.web.staged_pages import VIEWS

ADMINISTRATORS = frozenset(name for name, view in VIEWS.items() if view.template.startswith(("operations/", "people/")))
"""Pages for administrators are English."""


@pytest.fixture(autouse=True)
def another_language() -> Iterator[None]:
    """Whatever comes next in this process reads English again."""
    read_in("de")
    yield
    read_in(SOURCE)


@pytest.mark.parametrize("name", sorted(VIEWS.keys() - ADMINISTRATORS))
def test_every_word_of_a_page_is_in_the_catalogues(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speak_pseudo(monkeypatch)
    view = VIEWS[name]
    assert unmarked(PAGES.render(view), data_of(view)) == []
