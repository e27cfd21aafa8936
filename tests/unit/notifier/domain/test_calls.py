"""Calls: what is pressed, and what cannot be."""

import pytest

from schemas.base import Event
from schemas.verification import CallConfirmed, CallReported
from services.kit.decision import Change
from services.notifier.domain import calls, endings
from services.notifier.domain.delivery import CallDecision, Delivery
from tests.support.clock import NOON
from tests.unit.notifier.domain.test_delivery import call, notice, queued, told


@pytest.mark.parametrize(("decision", "event"), [("confirm", CallConfirmed), ("report", CallReported)])
def test_what_is_pressed_is_told_once(decision: CallDecision, event: type[Event]) -> None:
    first = calls.decided(call(status="sent"), decision, proof="p" * 43, at=NOON)
    assert told(first) == [event]
    assert getattr(first.emissions[0].event, "submission_id", "") == f"d-1.{decision}"
    assert told(calls.decided(first.state, "confirm", proof="p" * 43, at=NOON)) == []
    assert first.state.status == "sent"


@pytest.mark.parametrize(
    "silent",
    [
        call(status="cancelled"),
        call(status="refused"),
        endings.cancelled(call(status="sent"), at=NOON).state,
        call(status="sent", not_after=NOON),
        queued(status="sent"),
        notice(status="sent"),
    ],
)
def test_what_is_over_or_no_call_has_nothing_to_be_pressed(silent: Delivery) -> None:
    assert calls.decided(silent, "confirm", proof="p" * 43, at=NOON) == Change(silent)
    assert not calls.may_speak(silent, NOON)


def test_a_call_that_was_given_up_may_ring_all_the_same() -> None:
    assert calls.may_speak(call(status="failed"), NOON)


def test_a_code_that_is_read_out_takes_no_keys() -> None:
    assert told(calls.decided(queued(channel="voice", status="sent"), "confirm", proof="p" * 43, at=NOON)) == []
