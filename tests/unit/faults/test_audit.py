"""What the audit of a fault must notice: each column by the smallest set of facts that breaks a promise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.audit import Arrived, Asked, Facts, Letter, Row, Sent, judge
from tests.faults.people import Story

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
STORY = Story("f0.1", "text", signs_in=False, destination="+447700900100", challenges=1, sends=1, ended="verified")
ASKED = Asked("c-1", "f0.1", "verified", NOON + timedelta(minutes=5), "verified")
SENT = Sent("f0.1", "sms", "sent", repeats=0)
ARRIVED = Arrived("+447700900100", NOON)
PUSHED = replace(STORY, way="push", destination="f0.1")
ANNOUNCED = replace(ARRIVED, destination="f0.1")
LETTER = Letter("malformed: x", "verdicts/0@17")
WELL = Facts(stories=(STORY,), asked=(ASKED,), sent=(SENT,), arrived=(ARRIVED,))


def figures(row: Row) -> tuple[int, int, int, int, int, int]:
    return row.lost, row.doubled, row.stuck, row.wrong, row.failed_5xx, row.unknown


def test_where_all_went_well_all_is_0() -> None:
    row = judge(WELL)
    assert figures(row) == (0, 0, 0, 0, 0, 0)
    assert row.is_kept


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        ({"stories": (replace(STORY, ended="failed"),)}, "lost"),
        ({"stories": (replace(STORY, ended="GaveUpError: no message came"),)}, "lost"),
        ({"arrived": (ARRIVED, ARRIVED)}, "doubled"),
        ({"asked": (ASKED, replace(ASKED, id="c-2"))}, "doubled"),
        ({"outboxes": 1}, "stuck"),
        ({"lag": 1}, "stuck"),
        ({"sent": (replace(SENT, status="sending"),)}, "stuck"),
        ({"asked": (replace(ASKED, status="expired", judged="pending"),)}, "stuck"),
        ({"asked": (replace(ASKED, judged="failed"),)}, "wrong"),
        ({"asked": (replace(ASKED, judged=None),)}, "wrong"),
        ({"arrived": (replace(ARRIVED, at=NOON + timedelta(minutes=6)),)}, "wrong"),
        ({"asked": ()}, "wrong"),
        ({"arrived": ()}, "wrong"),
        ({"differing": ("f0.1: differs",)}, "wrong"),
        ({"asked": (replace(ASKED, ended_at=NOON - timedelta(seconds=11)),)}, "wrong"),
        ({"dead_letters": (LETTER,)}, "wrong"),
        ({"dead_letters": (replace(LETTER, reason=""),), "poison": 1}, "wrong"),
        ({"dead_letters": (LETTER,), "poison": 2}, "wrong"),
        ({"answers": {"500": 1}}, "failed_5xx"),
        ({"late": 1.1}, "wrong"),
        ({"stories": (PUSHED,), "arrived": (ANNOUNCED, ANNOUNCED)}, "doubled"),
        ({"stories": (PUSHED,), "arrived": (replace(ANNOUNCED, at=NOON + timedelta(minutes=6)),)}, "wrong"),
    ],
)
def test_each_broken_promise_is_counted_in_its_column_alone(broken: dict[str, object], column: str) -> None:
    row = judge(replace(WELL, **broken))  # type: ignore[arg-type]
    counted = {name for name in ("lost", "doubled", "stuck", "wrong", "failed_5xx") if getattr(row, name)}
    assert counted == {column}
    assert not row.is_kept
    assert row.why


def test_a_message_sent_once_more_after_an_unknown_outcome_is_apart() -> None:
    row = judge(replace(WELL, arrived=(ARRIVED, ARRIVED), sent=(replace(SENT, repeats=1),)))
    assert (row.doubled, row.unknown, row.is_kept) == (0, 1, True)


def test_an_app_finds_a_request_without_being_announced_it() -> None:
    assert judge(replace(WELL, stories=(PUSHED,), arrived=())).is_kept


def test_what_was_asked_for_again_is_not_doubled() -> None:
    row = judge(replace(WELL, stories=(replace(STORY, sends=2),), arrived=(ARRIVED, ARRIVED)))
    assert (row.doubled, row.is_kept) == (0, True)


def test_being_told_to_come_again_and_expected_dead_letters_break_nothing() -> None:
    patient = {"503 come again": 7, "no answer": 3}
    row = judge(replace(WELL, answers=patient, dead_letters=(LETTER, LETTER), poison=1))
    assert (row.come_again, row.is_kept) == (7, True)
