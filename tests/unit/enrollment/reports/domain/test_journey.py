"""Walks through the wizard: noted in any order and any number of times, and added up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Event
from schemas.enrollment import (
    Decision,
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentSkipped,
    EnrollmentStarted,
    EnrollmentStepReached,
)
from services.enrollment.reports.domain.funnel import ORDER, Funnel, StepFigures, funnel
from services.enrollment.reports.domain.journey import Journey, begun, noted
from services.enrollment.web.operations.words import duration, endings, groups
from services.enrollment.web.wizard.steps import STEPS
from tests.unit.enrollment.builders import NOW

BESIDE = {"choose"}
"""What is looked at beside a step, so that no session is ever there."""


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def started(decision: Decision = "register") -> Event:
    return EnrollmentStarted(session_id="s", intent="signIn", decision=decision, required=("phone",), started_at=at(0))


def reached(step: str, seconds: float) -> Event:
    return EnrollmentStepReached(session_id="s", step=step, reached_at=at(seconds))


def completed(seconds: float) -> Event:
    return EnrollmentCompleted(session_id="s", methods=("phone",), completed_at=at(seconds))


def left(seconds: float, reason: Literal["cancelled", "expired"] = "cancelled") -> Event:
    return EnrollmentCancelled(session_id="s", reason=reason, cancelled_at=at(seconds))


def journey(*events: Event) -> Journey:
    made = begun("northbridge", events[0])
    for event in events:
        made = noted(made, event)
    return made


WALK: Sequence[Event] = (
    started(),
    reached("prompt", 0),
    reached("phone", 10),
    reached("phone.code", 30),
    reached("phone", 50),
    reached("phone.code", 70),
    reached("phone.verified", 90),
    reached("success", 95),
    completed(95),
)


@given(st.permutations([*WALK, *WALK]))
def test_the_order_and_the_number_of_times_make_no_difference(events: list[Event]) -> None:
    assert journey(*events) == journey(*WALK)


def test_it_holds_nothing_of_the_person() -> None:
    assert set(Journey.model_fields) == {
        "tenant",
        "first_at",
        "intent",
        "decision",
        "required",
        "steps",
        "last",
        "outcome",
        "ended_at",
    }


def test_each_step_counts_once_with_the_median_of_the_times() -> None:
    slow = journey(started(), reached("prompt", 0), reached("phone", 30), left(40))
    fast = journey(started(), reached("prompt", 0), reached("phone", 2), left(900, "expired"))
    whole = funnel([journey(*WALK), slow, fast])
    assert (whole.started, whole.outcomes, whole.under_way) == (3, {"completed": 1, "cancelled": 1, "expired": 1}, 0)
    assert whole.steps == (
        StepFigures("prompt", 3, 10, {}),
        StepFigures("phone", 3, 15, {"cancelled": 1, "expired": 1}),
        StepFigures("phone.code", 1, 60, {}),
        StepFigures("phone.verified", 1, 5, {}),
        StepFigures("success", 1, None, {}),
    )


def test_who_went_back_and_left_is_counted_where_they_were_last() -> None:
    back = funnel([journey(started(), reached("phone", 0), reached("phone.code", 9), reached("phone", 20), left(25))])
    assert {figures.step: figures.left for figures in back.steps} == {"phone": {"cancelled": 1}, "phone.code": {}}


def test_a_skip_is_told_and_who_is_under_way_is_no_loss() -> None:
    skipped = EnrollmentSkipped(session_id="s", skips_left=1, skipped_at=at(8))
    whole = funnel([journey(started("nudge"), reached("prompt", 0), skipped), journey(started("nudge"))])
    assert (whole.outcomes, whole.under_way) == ({"skipped": 1}, 1)
    assert whole.steps == (StepFigures("prompt", 1, 8, {"skipped": 1}),)


def test_a_walk_whose_beginning_is_not_known_yet_waits() -> None:
    assert funnel([journey(reached("prompt", 0), completed(3))]) == Funnel(0, {}, ())


def test_every_step_of_the_wizard_has_its_place() -> None:
    assert set(STEPS) - BESIDE == set(ORDER) - {"manage", "operations"}


def test_steps_are_shown_under_their_method_in_the_wizards_order() -> None:
    odd = journey(started(), reached("telepathy", 0), reached("phone", 1), reached("prompt", 2), left(3))
    shown = groups(funnel([journey(*WALK), odd]))
    assert [group.label for group in shown] == ["At the beginning", "Phone", "At the end", "Elsewhere"]
    assert [row.share.label for row in shown[3].rows] == ["telepathy"]
    assert (shown[1].rows[0].share.count, shown[1].rows[0].share.percent) == (2, 100)
    assert [(one.label, one.count, one.percent) for one in endings(funnel([journey(*WALK), odd]))] == [
        ("completed", 1, 50),
        ("cancelled", 1, 50),
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0.2, "under 1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3_725, "62 min 5 s")],
)
def test_times_are_read_as_people_read_them(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_it_knows_how_it_began_and_ended() -> None:
    walk = journey(*WALK)
    assert (walk.intent, walk.decision, walk.required) == ("signIn", "register", ("phone",))
    assert (walk.outcome, walk.ended_at) == ("completed", at(95))


def test_of_two_ends_the_earlier_one_holds() -> None:
    for events in ((left(10), left(20, "expired")), (left(20, "expired"), left(10))):
        ended = journey(started(), *events)
        assert (ended.outcome, ended.ended_at) == ("cancelled", at(10))


def test_of_two_ends_at_once_the_same_one_holds_in_any_order() -> None:
    for events in ((left(10), left(10, "expired")), (left(10, "expired"), left(10))):
        assert journey(started(), *events).outcome == "cancelled"
