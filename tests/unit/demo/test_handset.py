"""What the handset keeps and how it shows it."""

from dataclasses import dataclass, replace

import pytest

from deploy.demo.handset.network import destination, is_number
from deploy.demo.handset.shelf import Shelf
from deploy.demo.handset.site import binding, linked, without_binding
from deploy.demo.handset.things import masked


@dataclass(frozen=True)
class Thing:
    id: str
    word: str = ""


def test_a_full_shelf_forgets_the_oldest() -> None:
    shelf: Shelf[Thing] = Shelf(capacity=2)
    for name in "abc":
        shelf.put(Thing(name))
    assert [thing.id for thing in shelf.newest_first()] == ["c", "b"]


def test_a_change_keeps_the_place_and_is_noticed() -> None:
    shelf: Shelf[Thing] = Shelf()
    shelf.put(Thing("a"))
    shelf.put(Thing("b"))
    before = shelf.version
    shelf.change("a", lambda thing: replace(thing, word="changed"))
    assert [thing.word for thing in shelf.newest_first()] == ["", "changed"]
    assert shelf.version > before
    assert shelf.change("z", lambda thing: thing) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" 447700900142", "+447700900142"),
        ("+44 7700 900142", "+447700900142"),
        ("sam x@northbridge.example", "sam+x@northbridge.example"),
        ("", None),
        (None, None),
    ],
)
def test_a_destination_survives_an_unescaped_plus(typed: str | None, meant: str | None) -> None:
    assert destination(typed) == meant


@pytest.mark.parametrize(("number", "valid"), [("+447700900142", True), ("12345", False), ("+0123456789", False)])
def test_a_number_is_international(number: str, valid: bool) -> None:
    assert is_number(number) is valid


def test_log_lines_name_nobody() -> None:
    assert masked("+447700900142") == "+44 •••• ••0142"
    assert masked("alex@northbridge.example") == "a•••@northbridge.example"


def test_addresses_become_links_and_nothing_else_becomes_markup() -> None:
    shown = str(linked('<b>See http://localhost:8000/x?a=1&b="2". Bye'))
    assert shown.startswith("&lt;b&gt;See <a href=")
    assert 'href="http://localhost:8000/x?a=1&amp;b=' in shown
    assert "<b>" not in shown


def test_the_origin_bound_line_is_shown_apart() -> None:
    body = "Your code is 482913.\n\n@localhost #482913"
    assert without_binding(body) == "Your code is 482913."
    assert binding(body) == "@localhost #482913"
    assert binding("no line") == ""
