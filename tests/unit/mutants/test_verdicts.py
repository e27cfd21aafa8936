"""The score."""

import pytest

from tests.mutants.__main__ import figures_of, table_of
from tests.mutants.verdicts import FileVerdict, Mutant, Verdict, score, verdict_of


def _file(path: str, *verdicts: Verdict) -> FileVerdict:
    return FileVerdict(path, tuple(Mutant(f"{path}:{number}", verdict) for number, verdict in enumerate(verdicts)))


def test_a_mutant_without_a_test_counts_as_alive() -> None:
    assert score([_file("a", "killed", "untested"), _file("b", "survived", "unclear")]) == 25.0


def test_there_is_nothing_to_kill_in_no_file() -> None:
    assert score([]) == 100.0


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("killed", "killed"),
        ("timeout", "killed"),
        ("survived", "survived"),
        ("no tests", "untested"),
        ("segfault", "unclear"),
        ("not checked", "unclear"),
        ("check was interrupted by user", "unclear"),
    ],
)
def test_only_a_mutant_that_a_test_noticed_is_killed(status: str, verdict: Verdict) -> None:
    assert verdict_of(status) == verdict


def test_all_but_the_killed_are_alive() -> None:
    assert [mutant.name for mutant in _file("a", "killed", "survived", "unclear", "untested").alive] == [
        "a:1",
        "a:2",
        "a:3",
    ]


def test_figures_are_given_by_file_and_in_all() -> None:
    found = figures_of([_file("a", "killed", "killed", "survived"), _file("b", "untested")])
    assert (found["score"], found["mutants"]) == (50.0, 4)
    assert found["files"] == {
        "a": {"mutants": 3, "killed": 2, "survived": 1, "untested": 0, "unclear": 0, "score": 66.7},
        "b": {"mutants": 1, "killed": 0, "survived": 0, "untested": 1, "unclear": 0, "score": 0.0},
    }


def test_the_worst_file_is_shown_last_before_the_sum() -> None:
    table = table_of([_file("bad", "survived", "killed"), _file("good", "killed")])
    shown = [list(column.cells) for column in table.columns]
    assert shown[0] == ["good", "bad", "in all"]
    assert shown[-1] == ["100.0", "50.0", "66.7"]
