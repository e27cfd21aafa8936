"""When a provider is left alone, and who finds out that it works again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.breakers import (
    CLOSED,
    FIRST_OPEN,
    LONGEST_OPEN,
    OPENS_AFTER,
    PROBE_WITHIN,
    Breaker,
    Verdict,
    heard,
    probing,
    standing,
)
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)
VERDICTS: tuple[Verdict | None, ...] = ("works", "fails", "throttles", None)


def opened(at: datetime = NOON) -> Breaker:
    breaker = CLOSED
    for _ in range(OPENS_AFTER):
        assert standing(breaker, at) == "closed"
        breaker = heard(breaker, "fails", at)
    return breaker


def test_failures_in_a_row_open_it_for_a_while_and_then_one_message_finds_out() -> None:
    breaker, over = opened(), NOON + FIRST_OPEN
    assert standing(breaker, over - SECOND) == "open"
    assert standing(breaker, over) == "due"
    probed = probing(breaker, over)
    assert standing(probed, over + PROBE_WITHIN - SECOND) == "open"
    assert standing(probed, over + PROBE_WITHIN) == "due"
    assert heard(probed, "works", over, probe=True) == CLOSED


def test_failures_with_a_success_between_them_leave_it_closed() -> None:
    breaker = CLOSED
    for _ in range(OPENS_AFTER * 2):
        breaker = heard(heard(breaker, "fails", NOON), "works", NOON)
    assert breaker == CLOSED


def test_each_probe_that_fails_opens_it_for_longer_up_to_a_minute() -> None:
    breaker, at, waits = opened(), NOON, list[timedelta]()
    for _ in range(6):
        assert breaker.open_until
        waits.append(breaker.open_until - at)
        at = breaker.open_until
        breaker = heard(probing(breaker, at), "fails", at, probe=True)
    assert waits == [FIRST_OPEN * factor for factor in (1, 2, 4, 8)] + [LONGEST_OPEN] * 2


@pytest.mark.parametrize("verdict", ["fails", None])
def test_calls_that_were_out_when_it_opened_change_nothing(verdict: Verdict | None) -> None:
    assert heard(opened(), verdict, NOON + SECOND) == opened()


def test_a_probe_that_called_nobody_leaves_the_next_to_find_out() -> None:
    due = NOON + FIRST_OPEN
    assert standing(heard(probing(opened(), due), None, due, probe=True), due) == "due"


def test_a_pause_that_was_asked_for_is_kept_whatever_other_calls_say_and_ends_with_a_probe() -> None:
    breaker = heard(CLOSED, "throttles", NOON, pause=30 * SECOND)
    for verdict in VERDICTS:
        after = heard(breaker, verdict, NOON + SECOND, pause=SECOND)
        assert standing(after, NOON + 29 * SECOND) == "resting"
        assert standing(after, NOON + 30 * SECOND) == "due"


@given(st.lists(st.tuples(st.sampled_from(VERDICTS), st.booleans(), st.integers(0, 90)), max_size=30))
def test_whatever_happened_somebody_finds_out_in_time_and_a_success_then_closes_it(
    happened: list[tuple[Verdict | None, bool, int]],
) -> None:
    breaker, at = CLOSED, NOON
    for verdict, probes, seconds in happened:
        at += seconds * SECOND
        is_probe = probes and standing(breaker, at) == "due"
        breaker = heard(probing(breaker, at) if is_probe else breaker, verdict, at, probe=is_probe, pause=20 * SECOND)
    later = at + LONGEST_OPEN + PROBE_WITHIN
    assert standing(breaker, later) in {"closed", "due"}
    assert heard(breaker, "works", later) == CLOSED
