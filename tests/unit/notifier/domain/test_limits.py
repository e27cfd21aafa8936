"""How many messages a number gets."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Purpose
from services.kit.config.messages import Budget, MessageBudgets
from services.notifier.domain.limits import LimitReached, Sends, take, turn
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAILY = MessageBudgets().number
CAPPED = Budget(messages="10/day", registration=4, password_reset=3)
PURPOSES: tuple[Purpose, ...] = ("registration", "signIn", "passwordReset", "stepUp")
SIGN_IN, RESET, REGISTRATION = (
    list[Purpose](["signIn"]),
    list[Purpose](["passwordReset"]),
    list[Purpose](["registration"]),
)


def tried(*purposes: Purpose, budget: Budget = DAILY) -> tuple[Sends, list[LimitReached]]:
    """A message a minute from noon on, each for its purpose: what was counted, and what was refused."""
    sends, refused = Sends(), list[LimitReached]()
    for number, purpose in enumerate(purposes):
        taken = take(sends, f"d-{number}", purpose, budget, at=NOON + number * MINUTE)
        if isinstance(taken, LimitReached):
            refused.append(taken)
        else:
            sends = taken
    return sends, refused


def test_a_number_gets_one_message_in_ten_seconds() -> None:
    first = take(Sends(), "d-1", "signIn", DAILY, at=NOON)
    assert isinstance(first, Sends)
    assert take(first, "d-1", "signIn", DAILY, at=NOON + SECOND) == first
    assert take(first, "d-2", "passwordReset", DAILY, at=NOON + 3 * SECOND) == LimitReached(
        reason="resendTooSoon", until=NOON + 10 * SECOND, retry_after=7
    )
    assert isinstance(take(first, "d-2", "signIn", DAILY, at=NOON + 10 * SECOND), Sends)


def test_a_number_gets_ten_messages_a_day() -> None:
    sends, refused = tried(*SIGN_IN * 10)
    assert not refused
    refusal = take(sends, "d-11", "signIn", DAILY, at=NOON + timedelta(hours=1))
    assert refusal == LimitReached(reason="sendLimitReached", until=NOON + timedelta(days=1), retry_after=23 * 3600)
    assert isinstance(take(sends, "d-11", "signIn", DAILY, at=NOON + timedelta(days=1)), Sends)


@pytest.mark.parametrize("others", [RESET * 11, REGISTRATION * 11, [*RESET, *REGISTRATION] * 10])
def test_what_anybody_can_cause_leaves_the_codes_to_sign_in(others: list[Purpose]) -> None:
    sends, refused = tried(*others)
    assert {refusal.reason for refusal in refused} == {"sendLimitReached"}
    later = NOON + timedelta(hours=1)
    for number in range(DAILY.count):
        taken = take(sends, f"sign-in-{number}", "signIn", DAILY, at=later + number * MINUTE)
        assert isinstance(taken, Sends)
        sends = taken


def test_a_share_is_free_again_when_its_own_first_message_is_a_day_old() -> None:
    sends, _ = tried("signIn", *RESET * 3)
    refusal = take(sends, "d-9", "passwordReset", CAPPED, at=NOON + timedelta(hours=1))
    assert isinstance(refusal, LimitReached)
    assert refusal.until == NOON + MINUTE + timedelta(days=1)


def test_what_the_budget_has_no_room_for_is_refused_and_does_not_wait() -> None:
    sends, _ = tried(*RESET * 3)
    refusal = take(sends, "d-9", "passwordReset", CAPPED, at=NOON + 2 * MINUTE + SECOND)
    assert isinstance(refusal, LimitReached)
    assert refusal.reason == "sendLimitReached"


def test_a_code_to_sign_in_that_waits_goes_first() -> None:
    limit = LimitReached(reason="resendTooSoon", until=NOON, retry_after=1)
    assert turn(limit, "signIn") == turn(limit, "stepUp") == NOON
    assert turn(limit, "registration") == turn(limit, "passwordReset") == NOON + SECOND


@given(st.lists(st.tuples(st.integers(min_value=1, max_value=90_000), st.sampled_from(PURPOSES)), max_size=40))
def test_no_pattern_of_sends_gets_past_the_limits(pattern: list[tuple[int, Purpose]]) -> None:
    sends, at, let_in = Sends(), NOON, list[tuple[datetime, Purpose]]()
    for number, (gap, purpose) in enumerate(pattern):
        at += timedelta(seconds=gap)
        taken = take(sends, f"d-{number}", purpose, CAPPED, at=at)
        if isinstance(taken, Sends):
            sends, let_in = taken, [*let_in, (at, purpose)]
    assert all(later - sooner >= timedelta(seconds=10) for (sooner, _), (later, _) in pairwise(let_in))
    for start, _ in let_in:
        day = [purpose for one, purpose in let_in if start <= one < start + timedelta(days=1)]
        assert day.count("signIn") + day.count("stepUp") <= 10
        assert day.count("registration") <= 4
        assert day.count("passwordReset") <= 3
