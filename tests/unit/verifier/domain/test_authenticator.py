"""Failures in a row pause an authenticator, and in the end disable it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import VERDICTS
from schemas.verification import AuthenticatorDisabled, ChallengeTerms
from services.kit.decision import Emission
from services.verifier.domain.authenticator import (
    Authenticator,
    admit,
    authenticator_id,
    fail,
    has_spent,
    penalty,
    refusal,
    sequence_id,
    spend,
    succeed,
    unspent,
    unused,
)
from services.verifier.domain.base import Refusal
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.clock import NOON

TERMS = terms()
RESET = terms(purpose="passwordReset")
DAY = timedelta(days=1)


def fresh(of: ChallengeTerms = TERMS) -> Authenticator:
    return unused(of, tenant=TENANT, user=USER)


def failed(count: int, *, of: ChallengeTerms = TERMS, at: datetime = NOON) -> tuple[Authenticator, datetime]:
    """So many failures in a row, each after the pause before it; and when the last one was."""
    authenticator = fresh(of)
    for number in range(count):
        at = max(at, authenticator.paused_until or at)
        authenticator = admit(authenticator, of, f"t{number}", at=at).state
        authenticator = fail(authenticator, of, at=at).state
    return authenticator, at


def test_a_trial_counts_as_a_failure_before_it_is_compared() -> None:
    admitted = admit(fresh(), TERMS, "t", at=NOON).state
    assert admitted.failures == 1
    assert refusal(admitted, "t", at=NOON) is None


def test_the_same_trial_counts_once() -> None:
    admitted = admit(fresh(), TERMS, "t", at=NOON).state
    assert admit(admitted, TERMS, "t", at=NOON).state == admitted


def test_a_success_takes_all_failures_back() -> None:
    authenticator, at = failed(9)
    right = admit(authenticator, TERMS, "right", at=at).state
    assert succeed(right, "right").state == fresh()


def test_a_success_told_again_leaves_newer_failures() -> None:
    once = succeed(admit(fresh(), TERMS, "right", at=NOON).state, "right").state
    newer = admit(once, TERMS, "newer", at=NOON).state
    assert succeed(newer, "right").state == newer


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (9, None),
        (10, timedelta(minutes=1)),
        (11, timedelta(minutes=2)),
        (12, timedelta(minutes=4)),
        (20, timedelta(minutes=1024)),
        (21, timedelta(hours=24)),
        (99, timedelta(hours=24)),
    ],
)
def test_the_tenth_failure_pauses_and_each_further_one_doubles(failures: int, pause: timedelta | None) -> None:
    authenticator, at = failed(failures)
    assert authenticator.paused_until == (at + pause if pause else None)


def test_in_a_pause_nothing_is_counted_and_the_wait_is_told() -> None:
    authenticator, at = failed(10)
    later = at + timedelta(seconds=17, milliseconds=1)
    paused = admit(authenticator, TERMS, "next", at=later).state
    assert paused == authenticator
    assert refusal(paused, "next", at=later) == Refusal("methodCoolingDown", 43)


def test_after_the_pause_a_trial_is_taken() -> None:
    authenticator, at = failed(10)
    admitted = admit(authenticator, TERMS, "next", at=at + timedelta(minutes=1)).state
    assert refusal(admitted, "next", at=at + timedelta(minutes=1)) is None


def test_the_hundredth_failure_disables_and_says_so_once() -> None:
    authenticator, at = failed(99)
    at = authenticator.paused_until or at
    hundredth = admit(authenticator, TERMS, "hundredth", at=at).state
    change = fail(hundredth, TERMS, at=at)
    event = AuthenticatorDisabled(
        challenge_id=TERMS.challenge_id, method_id=TERMS.method_id, method_type=TERMS.method_type, disabled_at=at
    )
    assert change.emissions == (Emission(VERDICTS, event, TENANT, USER, correlation_id=TERMS.challenge_id),)
    assert penalty(change.state, at=at) == Refusal("authenticatorDisabled")
    assert not fail(change.state, TERMS, at=at).emissions
    assert refusal(admit(change.state, TERMS, "t", at=at + 9 * DAY).state, "t", at=at + 9 * DAY) == Refusal(
        "authenticatorDisabled"
    )


def test_the_hundredth_trial_may_still_be_right() -> None:
    authenticator, at = failed(99)
    at = authenticator.paused_until or at
    hundredth = admit(authenticator, TERMS, "right", at=at).state
    assert refusal(hundredth, "right", at=at) is None
    assert succeed(hundredth, "right").state.failures == 0


def test_a_hundredth_trial_that_was_never_judged_disables_as_well() -> None:
    authenticator, at = failed(99)
    at = authenticator.paused_until or at
    change = admit(admit(authenticator, TERMS, "lost", at=at).state, TERMS, "next", at=at + 2 * DAY)
    assert change.state.disabled_at
    assert change.emissions


def test_what_is_disabled_does_not_come_back_by_a_success() -> None:
    authenticator, _ = failed(100)
    assert succeed(authenticator, "t99").state == authenticator


def test_password_reset_pauses_and_never_disables() -> None:
    authenticator, at = failed(150, of=RESET)
    assert authenticator.failures == 150
    assert authenticator.disabled_at is None
    assert penalty(authenticator, at=at) == Refusal("methodCoolingDown", 24 * 3600)


def test_the_counter_outlives_challenges_and_stands_apart_for_reset_and_other_numbers() -> None:
    def key(of: ChallengeTerms) -> str:
        return authenticator_id(of, of.code.destination_hash if of.code else "", tenant=TENANT, user=USER)

    assert key(terms("challenge-2", purpose="signIn")) == key(TERMS)
    assert len({key(TERMS), key(RESET), key(terms(number="+447700900143"))}) == 3


@given(st.lists(st.integers(0, 90), max_size=120))
def test_never_more_than_ten_trials_within_a_minute(tenths: list[int]) -> None:
    """However trials are spread, a minute without success sees no more than ten compared."""
    authenticator, at, compared = fresh(), NOON, list[datetime]()
    for number, waited in enumerate(tenths):
        at += timedelta(seconds=waited / 10)
        authenticator = admit(authenticator, TERMS, f"t{number}", at=at).state
        if refusal(authenticator, f"t{number}", at=at) is None:
            compared.append(at)
    assert all(sum(1 for other in compared if one <= other < one + timedelta(minutes=1)) <= 10 for one in compared)


@pytest.mark.parametrize("position", [6, 7])
def test_a_position_and_all_below_it_are_good_once(position: int) -> None:
    spent = spend(unspent(tenant=TENANT, user=USER), 7, "first").state
    assert has_spent(spent, 7, "first")
    again = spend(spent, position, "second").state
    assert again == spent
    assert not has_spent(again, position, "second")


def test_a_higher_position_is_good_after_it() -> None:
    spent = spend(spend(unspent(tenant=TENANT, user=USER), 7, "first").state, 8, "second").state
    assert has_spent(spent, 8, "second")


def test_a_passkey_that_never_counts_is_good_each_time_until_it_counts() -> None:
    counter = unspent(tenant=TENANT, user=USER)
    for position, trial, good in ((0, "a", True), (0, "b", True), (3, "c", True), (0, "d", False), (4, "e", True)):
        counter = spend(counter, position, trial).state
        assert has_spent(counter, position, trial) is good


def test_who_asks_again_after_a_crash_still_has_its_position() -> None:
    spent = spend(unspent(tenant=TENANT, user=USER), 7, "first").state
    assert has_spent(spend(spent, 7, "first").state, 7, "first")


def test_positions_are_remembered_for_all_purposes_together() -> None:
    reset = TERMS.model_copy(update={"purpose": "passwordReset"})
    assert sequence_id(TERMS, "m", tenant=TENANT, user=USER) == sequence_id(reset, "m", tenant=TENANT, user=USER)
