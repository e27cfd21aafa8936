"""How many messages a number gets."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.limits import LimitReached, Sends, take
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)


def test_a_number_gets_one_message_in_ten_seconds() -> None:
    first = take(Sends(), "d-1", at=NOON)
    assert isinstance(first, Sends)
    assert take(first, "d-1", at=NOON + SECOND) == first
    assert take(first, "d-2", at=NOON + 3 * SECOND) == LimitReached(
        reason="resendTooSoon", until=NOON + 10 * SECOND, retry_after=7
    )
    assert isinstance(take(first, "d-2", at=NOON + 10 * SECOND), Sends)


def test_a_number_gets_ten_messages_a_day() -> None:
    sends: Sends | LimitReached = Sends()
    for number in range(10):
        assert isinstance(sends, Sends)
        sends = take(sends, f"d-{number}", at=NOON + timedelta(minutes=number))
    assert isinstance(sends, Sends)
    refusal = take(sends, "d-11", at=NOON + timedelta(hours=1))
    assert refusal == LimitReached(reason="sendLimitReached", until=NOON + timedelta(days=1), retry_after=23 * 3600)
    assert isinstance(take(sends, "d-11", at=NOON + timedelta(days=1)), Sends)


@given(st.lists(st.integers(min_value=1, max_value=90_000), max_size=40))
def test_no_pattern_of_sends_gets_past_the_limits(gaps: list[int]) -> None:
    sends, at, let_in = Sends(), NOON, list[datetime]()
    for number, gap in enumerate(gaps):
        at += timedelta(seconds=gap)
        taken = take(sends, f"d-{number}", at=at)
        if isinstance(taken, Sends):
            sends, let_in = taken, [*let_in, at]
    assert all(later - sooner >= timedelta(seconds=10) for sooner, later in pairwise(let_in))
    assert all(sum(start <= one < start + timedelta(days=1) for one in let_in) <= 10 for start in let_in)
