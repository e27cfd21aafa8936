"""The page that the command writes."""

from datetime import UTC, datetime, timedelta

from tests.faults.audit import Asked, Facts, judge
from tests.faults.people import Story
from tests.faults.report import Done, json_of, markdown_of
from tests.faults.table import FAULTS

STORY = Story("f0.1", "code", signs_in=True, challenges=1, ended="verified", seconds=3.4)
ASKED = Asked("c-1", "f0.1", "verified", datetime(2026, 11, 29, 12, tzinfo=UTC) + timedelta(minutes=5), "verified")
KEPT = Done(FAULTS[0], [], judge(Facts(stories=(STORY,), asked=(ASKED,))))
BROKEN = Done(FAULTS[1], ["6 kills"], judge(Facts(stories=(STORY,), asked=(ASKED,), lag=2)))


def test_the_page_says_how_many_kept_and_why_others_did_not() -> None:
    page = markdown_of([KEPT, BROKEN], {"seed": 7})
    assert "1 of 2 faults kept every promise. seed: 7." in page
    assert (
        "| kill enrollment | a commit is published, a repeated request finds what was made | 6 kills | 1 | 0 | 0 | 1 |"
        in page
    )
    assert "- kill enrollment: stuck: 2 records wait to be read" in page


def test_where_all_was_kept_nothing_is_said_of_what_was_not() -> None:
    assert "Not kept" not in markdown_of([KEPT], {"seed": 7})


def test_the_figures_are_kept_with_what_was_done() -> None:
    figures = json_of([BROKEN], {"seed": 7})
    assert figures["seed"] == 7
    assert figures["faults"][0] | {"why": ()} == {
        "fault": "kill enrollment",
        "done": ["6 kills"],
        "took": 0.0,
        "people": 1,
        "lost": 0,
        "doubled": 0,
        "stuck": 1,
        "wrong": 0,
        "failed_5xx": 0,
        "unknown": 0,
        "come_again": 0,
        "slowest": 3.4,
        "late": None,
        "kills": 0,
        "why": (),
    }


def test_every_fault_has_a_name_of_its_own_and_a_promise() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.promise for fault in FAULTS)
