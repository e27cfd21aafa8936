"""What counts, and what the table shows."""

from rich.console import Console

from tests.attack.attempt import Attempt
from tests.attack.report import Row, json_of, table_of


def row(*attempts: Attempt) -> Row:
    counted = Row("guesses", "five are judged")
    for attempt in attempts:
        counted.count(attempt)
    return counted


def test_what_was_refused_is_withstood() -> None:
    assert row(Attempt("a code", 422), Attempt("a code", 0)).is_withstood


def test_a_success_and_a_failure_of_ours_are_not_and_say_why() -> None:
    counted = row(Attempt("a code", 200, "it was taken"), Attempt("a code", 500), Attempt("a code", 422))
    assert (counted.attempts, counted.successes, counted.failures) == (3, 1, 1)
    assert not counted.is_withstood
    assert counted.why == ["a code: it was taken", "a code: 500"]


def test_what_was_not_tried_is_not_withstood() -> None:
    assert not row().is_withstood


def test_the_table_adds_up() -> None:
    rows = [row(Attempt("a code", 422)), row(Attempt("a code", 500))]
    assert json_of(rows, {"pairs": 1})["attacks"][1]["failures"] == 1
    shown = Console(width=100)
    with shown.capture() as captured:
        shown.print(table_of(rows, "of a test"))
    assert [cell.strip() for cell in captured.get().splitlines()[-2].strip("│").split("│")][:4] == [
        "all",
        "2",
        "0",
        "1",
    ]
