"""A challenge counts, judges and ends."""

from datetime import datetime, timedelta

import pytest

from schemas.base import Event
from schemas.verification import JUDGED_WITHIN, ChallengeExpired, FailureReason, MethodVerified, VerificationFailed
from services.kit.decision import Change
from services.verifier.domain.base import Refusal, Wrong
from services.verifier.domain.challenge import (
    Challenge,
    Status,
    accept,
    cancel,
    cancelled_unseen,
    expire,
    hand_back,
    opened,
    receive,
    reject,
)
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.clock import NOON

TERMS = terms(max_attempts=3)
LATE = TERMS.expires_at
MOMENT = timedelta(milliseconds=1)


def fresh() -> Challenge:
    return opened(TERMS, tenant=TENANT, user=USER, at=NOON)


def events(change: Change[Challenge]) -> list[Event]:
    return [emission.event for emission in change.emissions]


def failures(change: Change[Challenge]) -> list[tuple[str | None, FailureReason, int]]:
    told = [event for event in events(change) if isinstance(event, VerificationFailed)]
    return [(event.submission_id, event.reason, event.attempts_left) for event in told]


def received(
    challenge: Challenge, submission: str, digest: str, *, at: datetime, submitted_at: datetime | None = None
) -> Change[Challenge]:
    return receive(challenge, TERMS, submission, digest, submitted_at=submitted_at or at, at=at)


def counted(challenge: Challenge, digest: str, submission: str | None = None) -> Challenge:
    change = received(challenge, submission or f"of-{digest}", digest, at=NOON)
    assert not change.emissions
    return change.state


def wrong(challenge: Challenge, digest: str, *, session_left: int = 9) -> Change[Challenge]:
    return reject(challenge, TERMS, digest, judgement=Wrong(), session_left=session_left, authenticator=None, at=NOON)


def test_a_proof_is_counted_before_anything_is_said_about_it() -> None:
    challenge = counted(fresh(), "a")
    assert challenge.awaits("a")
    assert challenge.wrong_left(TERMS) == 3


def test_the_right_proof_is_accepted_once() -> None:
    change = accept(counted(fresh(), "a"), TERMS, "a", at=NOON)
    assert [type(event) for event in events(change)] == [MethodVerified]
    assert change.state.status == "verified"
    assert change.state.is_proven_by("a")
    assert accept(change.state, TERMS, "a", at=NOON) == Change(change.state)


def test_the_same_right_proof_again_finds_the_challenge_ended() -> None:
    verified = accept(counted(fresh(), "a"), TERMS, "a", at=NOON).state
    assert failures(received(verified, "again", "a", at=NOON)) == [("again", "challengeEnded", 0)]


def test_a_double_click_gets_one_verdict_and_one_end() -> None:
    challenge = counted(counted(fresh(), "a", "first"), "a", "second")
    change = accept(challenge, TERMS, "a", at=NOON)
    assert isinstance(events(change)[0], MethodVerified)
    assert failures(change) == [("second", "challengeEnded", 0)]


def test_each_wrong_proof_takes_a_try_and_the_last_ends_the_challenge() -> None:
    challenge, told = fresh(), []
    for digest in "abc":
        change = wrong(counted(challenge, digest), digest)
        told += failures(change)
        challenge = change.state
    assert told == [("of-a", "codeIncorrect", 2), ("of-b", "codeIncorrect", 1), ("of-c", "attemptsExhausted", 0)]
    assert challenge.status == "failed"
    assert challenge.ended_at == NOON


def test_the_same_wrong_proof_again_costs_nothing_and_is_told_the_same() -> None:
    challenge = wrong(counted(fresh(), "a"), "a").state
    again = received(challenge, "again", "a", at=NOON)
    assert failures(again) == [("again", "codeIncorrect", 2)]
    assert again.state == challenge


def test_a_verdict_is_not_given_twice() -> None:
    judged = wrong(counted(fresh(), "a"), "a").state
    assert wrong(judged, "a") == Change(judged)


def test_no_more_proofs_are_counted_than_may_be_judged() -> None:
    challenge = counted(counted(counted(fresh(), "a"), "b"), "c")
    change = received(challenge, "fourth", "d", at=NOON)
    assert failures(change) == [("fourth", "challengeEnded", 0)]
    assert change.state == challenge


def test_the_right_one_among_parallel_proofs_still_counts() -> None:
    challenge = counted(counted(counted(fresh(), "a"), "b"), "c")
    first = wrong(challenge, "a")
    second = wrong(first.state, "b")
    assert failures(first) + failures(second) == [("of-a", "codeIncorrect", 2), ("of-b", "codeIncorrect", 1)]
    assert accept(second.state, TERMS, "c", at=NOON).state.status == "verified"


def test_a_proof_whose_challenge_ended_meanwhile_does_not_count() -> None:
    challenge = accept(counted(counted(fresh(), "a"), "b"), TERMS, "a", at=NOON).state
    for change in (wrong(challenge, "b"), accept(challenge, TERMS, "b", at=NOON)):
        assert failures(change) == [("of-b", "challengeEnded", 0)]
        assert change.state.status == "verified"
        assert not change.state.awaits("b")


def test_a_session_without_tries_ends_the_challenge() -> None:
    change = wrong(counted(fresh(), "a"), "a", session_left=0)
    assert failures(change) == [("of-a", "attemptsExhausted", 0)]
    assert change.state.status == "failed"


def test_a_failure_that_leads_to_a_pause_tells_how_long() -> None:
    pause = Refusal("methodCoolingDown", 60)
    change = reject(counted(fresh(), "a"), TERMS, "a", judgement=Wrong(), session_left=9, authenticator=pause, at=NOON)
    assert failures(change) == [("of-a", "codeIncorrect", 2)]
    assert [event.retry_after for event in events(change) if isinstance(event, VerificationFailed)] == [60]


def test_a_failure_that_disables_the_authenticator_ends_the_challenge() -> None:
    disabled = Refusal("authenticatorDisabled")
    change = reject(
        counted(fresh(), "a"), TERMS, "a", judgement=Wrong(), session_left=9, authenticator=disabled, at=NOON
    )
    assert failures(change) == [("of-a", "authenticatorDisabled", 0)]
    assert change.state.status == "failed"


def test_a_pause_hands_the_try_back_so_that_the_same_proof_may_come_later() -> None:
    refusal = Refusal("methodCoolingDown", 42)
    change = hand_back(counted(fresh(), "a"), TERMS, "a", refusal=refusal, at=NOON)
    assert failures(change) == [("of-a", "methodCoolingDown", 3)]
    assert change.state == fresh()
    assert counted(change.state, "a").awaits("a")


@pytest.mark.parametrize("reason", ["attemptsExhausted", "authenticatorDisabled"])
def test_a_refusal_that_waiting_does_not_cure_ends_the_challenge(reason: FailureReason) -> None:
    change = hand_back(counted(fresh(), "a"), TERMS, "a", refusal=Refusal(reason), at=NOON)
    assert failures(change) == [("of-a", reason, 0)]
    assert change.state.status == "failed"


def test_a_late_proof_ends_the_challenge_and_is_told_so() -> None:
    change = received(fresh(), "late", "a", at=LATE)
    assert [type(event) for event in events(change)] == [ChallengeExpired, VerificationFailed]
    assert failures(change) == [("late", "codeExpired", 0)]
    assert change.state.attempts == ()


def test_a_proof_after_expiry_is_told_that_the_code_expired() -> None:
    expired = expire(fresh(), at=LATE).state
    assert failures(received(expired, "late", "a", at=LATE)) == [("late", "codeExpired", 0)]


def test_a_proof_that_was_submitted_in_time_is_judged_although_it_comes_late() -> None:
    for challenge in (fresh(), expire(fresh(), at=LATE).state):
        for after in (timedelta(), JUDGED_WITHIN - MOMENT):
            change = received(challenge, "s", "a", submitted_at=LATE - MOMENT, at=LATE + after - MOMENT)
            assert change.emissions == ()
            assert change.state.awaits("a")
            verified = accept(change.state, TERMS, "a", at=LATE + after)
            assert [type(event) for event in events(verified)] == [MethodVerified]
            assert (verified.state.status, verified.state.ended_at) == ("verified", LATE + after)


@pytest.mark.parametrize(
    ("submitted_at", "at"),
    [(LATE, LATE), (LATE + MOMENT, LATE + MOMENT), (LATE - MOMENT, LATE + JUDGED_WITHIN), (NOON, LATE + JUDGED_WITHIN)],
)
def test_a_proof_that_was_submitted_too_late_or_too_long_ago_is_late(submitted_at: datetime, at: datetime) -> None:
    change = received(fresh(), "s", "a", submitted_at=submitted_at, at=at)
    assert failures(change) == [("s", "codeExpired", 0)]
    expired = expire(fresh(), at=LATE).state
    assert received(expired, "s", "a", submitted_at=submitted_at, at=at).state == expired


def test_a_clock_that_is_ahead_makes_nothing_late() -> None:
    assert received(fresh(), "s", "a", submitted_at=LATE + timedelta(seconds=90), at=NOON).state.awaits("a")


@pytest.mark.parametrize("status", ["cancelled", "failed", "denied", "verified"])
def test_only_one_that_expired_is_opened_again_by_what_was_submitted_in_time(status: Status) -> None:
    ended = fresh().model_copy(update={"status": status, "ended_at": NOON})
    change = received(ended, "s", "a", submitted_at=NOON, at=LATE)
    assert failures(change) == [("s", "challengeEnded", 0)]
    assert change.state == ended


def test_a_challenge_does_not_expire_while_a_proof_is_being_judged() -> None:
    counting = counted(fresh(), "a")
    assert expire(counting, at=LATE + JUDGED_WITHIN - MOMENT) == Change(counting)
    assert expire(counting, at=LATE + JUDGED_WITHIN).state.status == "expired"
    assert expire(wrong(counting, "a").state, at=LATE).state.status == "expired"


def test_a_proof_after_cancelling_finds_the_challenge_ended() -> None:
    change = received(cancel(fresh(), at=NOON).state, "s", "a", at=NOON)
    assert failures(change) == [("s", "challengeEnded", 0)]


def test_a_cancellation_that_comes_first_is_remembered() -> None:
    unseen = cancelled_unseen(TERMS.challenge_id, tenant=TENANT, user=USER, at=NOON)
    assert unseen.terms_behind(TERMS, USER) == TERMS
    assert failures(received(unseen, "s", "a", at=NOON)) == [("s", "challengeEnded", 0)]
    assert expire(unseen, at=LATE) == Change(unseen)


def test_expiry_is_told_once_and_not_early() -> None:
    assert expire(fresh(), at=LATE - timedelta(milliseconds=1)) == Change(fresh())
    change = expire(fresh(), at=LATE)
    assert [type(event) for event in events(change)] == [ChallengeExpired]
    assert expire(change.state, at=LATE) == Change(change.state)


def test_what_ended_is_neither_cancelled_nor_expired() -> None:
    verified = accept(counted(fresh(), "a"), TERMS, "a", at=NOON).state
    assert cancel(verified, at=NOON) == Change(verified)
    assert expire(verified, at=LATE) == Change(verified)


def test_other_terms_and_other_people_do_not_agree_with_an_open_challenge() -> None:
    assert fresh().terms_behind(TERMS, USER) == TERMS
    assert fresh().terms_behind(terms(max_attempts=100), USER) is None
    assert fresh().terms_behind(terms(number="+447700900143"), USER) is None
    assert fresh().terms_behind(TERMS, "kim") is None


def test_what_a_record_does_not_say_is_as_the_challenge_was_opened() -> None:
    """It is of a replica that does not know the field. What it says in addition was never opened."""
    less = TERMS.model_copy(update={"session_id": None})
    assert fresh().terms_behind(less, USER) == TERMS
    assert opened(less, tenant=TENANT, user=USER, at=NOON).terms_behind(TERMS, USER) is None


def test_verdicts_are_about_the_challenge_and_its_person() -> None:
    (emission,) = accept(counted(fresh(), "a"), TERMS, "a", at=NOON).emissions
    assert (emission.tenant, emission.user, emission.correlation_id) == (TENANT, USER, TERMS.challenge_id)


@pytest.mark.parametrize(
    ("judgement", "status"),
    [(Wrong("numberMismatch", ends="failed"), "failed"), (Wrong("pushDenied", ends="denied"), "denied")],
)
def test_a_final_proof_ends_the_challenge_whatever_tries_were_left(judgement: Wrong, status: str) -> None:
    change = reject(counted(fresh(), "a"), TERMS, "a", judgement=judgement, session_left=9, authenticator=None, at=NOON)
    assert failures(change) == [("of-a", judgement.reason, 0)]
    assert (change.state.status, change.state.ended_at) == (status, NOON)
    assert failures(received(change.state, "later", "b", at=NOON)) == [("later", "challengeEnded", 0)]


def test_a_final_proof_keeps_its_reason_where_it_disables_the_authenticator() -> None:
    change = reject(
        counted(fresh(), "a"),
        TERMS,
        "a",
        judgement=Wrong("numberMismatch", ends="failed"),
        session_left=0,
        authenticator=Refusal("authenticatorDisabled"),
        at=NOON,
    )
    assert failures(change) == [("of-a", "numberMismatch", 0)]


def test_a_reason_of_its_own_is_told_again_for_the_same_proof() -> None:
    judgement = Wrong("deviceSignatureInvalid")
    change = reject(counted(fresh(), "a"), TERMS, "a", judgement=judgement, session_left=9, authenticator=None, at=NOON)
    assert failures(change) == [("of-a", "deviceSignatureInvalid", 2)]
    assert failures(received(change.state, "again", "a", at=NOON)) == [("again", "deviceSignatureInvalid", 2)]
