"""Proofs that are handed in, and how a challenge ends."""

from datetime import datetime, timedelta

import pytest

from schemas.base import Channel, Event
from schemas.enrollment import ChallengeCancelled
from schemas.topics import REQUESTS, SUBMISSIONS, Topic
from schemas.verification import (
    JUDGED_WITHIN,
    CodeSubmitted,
    PushApproved,
    PushDenied,
    VerificationFailed,
)
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import (
    Challenge,
    Delivery,
    DeliveryState,
    Hosting,
    Status,
    Submission,
)
from services.enrollment.challenges.domain.transitions import DeviceDecision
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, texted, tried

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(minutes=2)
END = NOW + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def _code(challenge: Challenge, submission_id: str = "s1") -> CodeSubmitted:
    return CodeSubmitted(submission_id=submission_id, terms=challenge.terms, code="k1.code", submitted_at=SOON)


def _failed(reason: str, **fields: object) -> VerificationFailed:
    defaults = {"attempts_left": 3, "submission_id": "s1", "failed_at": SOON}
    about = {"challenge_id": "c-new", "purpose": "registration", "method_id": "new", "method_type": "phone"}
    return VerificationFailed.model_validate({**about, **defaults, "reason": reason, **fields}, by_name=True)


def _emitted(challenge: Challenge, topic: Topic, event: Event) -> Emission:
    return Emission(topic, event, "northbridge", "sam", challenge.id)


# Proofs


def test_what_was_typed_is_handed_to_the_verifier() -> None:
    challenge, event = texted(), _code(texted())
    change = transitions.submit(challenge, event, at=SOON, credential_id="key")
    assert change.state.submissions == (Submission(id="s1", at=SOON, credential_id="key"),)
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


def test_the_same_proof_again_changes_nothing() -> None:
    challenge = texted(submissions=tried(None), status="failed")
    assert transitions.submit(challenge, _code(challenge), at=SOON) == Change(challenge)


def test_only_so_many_proofs_are_under_way_at_once() -> None:
    seven = texted(submissions=tried("codeIncorrect", *[None] * 7))
    assert len(transitions.submit(seven, _code(seven, "new"), at=SOON).state.submissions) == 9
    eight = texted(submissions=tried(*[None] * 8))
    with pytest.raises(ProblemError) as refused:
        transitions.submit(eight, _code(eight, "new"), at=SOON)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "1"})


def test_the_newest_twenty_proofs_are_kept() -> None:
    challenge = texted(submissions=tried(*["codeIncorrect"] * 20))
    submitted = transitions.submit(challenge, _code(challenge, "new"), at=SOON).state.submissions
    answered = transitions.answer(challenge, "new", "k1.answer", decision="approve", at=SOON).state.submissions
    assert submitted == answered
    assert [one.id for one in submitted] == [*[f"s{number}" for number in range(2, 21)], "new"]


@pytest.mark.parametrize(
    ("fields", "code", "members"),
    [
        ({"status": "expired"}, "codeExpired", {}),
        ({"status": "failed"}, "attemptsExhausted", {"attemptsLeft": 0}),
        ({"status": "cancelled"}, "challengeEnded", {}),
        ({"status": "verified"}, "challengeEnded", {}),
    ],
)
def test_nothing_is_handed_in_after_the_end(fields: dict[str, object], code: str, members: dict[str, object]) -> None:
    challenge = texted(**fields)
    with pytest.raises(ProblemError) as refused:
        transitions.submit(challenge, _code(challenge), at=SOON)
    assert (refused.value.code, refused.value.members) == (code, members)


def test_an_approval_is_handed_to_the_verifier() -> None:
    challenge = texted()
    change = transitions.answer(challenge, "s1", "k1.answer", decision="approve", at=SOON)
    event = PushApproved(submission_id="s1", terms=challenge.terms, answer="k1.answer", submitted_at=SOON)
    assert change.state == challenge.model_copy(update={"submissions": (Submission(id="s1", at=SOON),)})
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


@pytest.mark.parametrize(("decision", "reported"), [("deny", False), ("report", True)])
def test_a_denial_is_handed_to_the_verifier_and_a_report_remembered(
    decision: DeviceDecision, *, reported: bool
) -> None:
    challenge = texted()
    change = transitions.answer(challenge, "s1", "k1.answer", decision=decision, at=SOON)
    event = PushDenied(
        submission_id="s1", terms=challenge.terms, answer="k1.answer", reported=reported, submitted_at=SOON
    )
    assert change.state.reported is reported
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


def test_a_device_cannot_answer_what_has_ended() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.answer(texted(), "s1", "k1.answer", decision="approve", at=END)
    assert refused.value.code == "challengeEnded"


def test_a_device_answers_once_at_a_time() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.answer(texted(submissions=tried(None)), "s2", "k1.answer", decision="approve", at=SOON)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "1"})
    judged = texted(submissions=tried("numberMismatch"))
    assert transitions.answer(judged, "s2", "k1.answer", decision="approve", at=SOON).emissions


def test_a_code_after_its_end_is_expired_and_not_handed_on() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.submit(texted(), _code(texted()), at=END)
    assert refused.value.code == "codeExpired"


def test_the_same_submission_is_handed_on_once() -> None:
    first = transitions.submit(texted(), _code(texted()), at=NOW)
    assert len(first.emissions) == 1
    assert not transitions.submit(first.state, _code(texted()), at=NOW).emissions


# Ends


def _withdrawn(challenge: Challenge, at: datetime, *channels: Channel) -> tuple[Emission, ...]:
    event = ChallengeCancelled(challenge_id="c-new", method_id="new", reason="cancelled", cancelled_at=at)
    return tuple(_emitted(challenge, REQUESTS[channel], event) for channel in channels or ("sms",))


def test_a_challenge_is_cancelled_at_its_channel() -> None:
    challenge = texted()
    change = transitions.cancel(challenge, "superseded", at=SOON)
    event = ChallengeCancelled(challenge_id="c-new", method_id="new", reason="superseded", cancelled_at=SOON)
    assert change.state == challenge.model_copy(update={"status": "cancelled", "ended_at": SOON, "superseded": True})
    assert change.emissions == (_emitted(challenge, REQUESTS["sms"], event),)


def test_what_has_ended_neither_expires_nor_is_cancelled() -> None:
    challenge = texted(status="verified", ended_at=NOW)
    assert transitions.cancel(challenge, "cancelled", at=SOON) == Change(challenge)
    assert transitions.expired(challenge, at=SOON) == Change(challenge)


def test_time_runs_out() -> None:
    challenge = texted()
    expected = challenge.model_copy(update={"status": "expired", "ended_at": END})
    assert transitions.expired(challenge, at=END) == Change(expected)


def test_a_page_is_closed_once() -> None:
    hosting = Hosting(return_url="https://a.example/", ticket_hash="hash", ticket_expires_at=END)
    closed = transitions.close(texted(hosting=hosting), at=SOON).state
    assert closed == texted(hosting=hosting.model_copy(update={"closed_at": SOON}))
    assert transitions.close(closed, at=LATER) == Change(closed)
    assert transitions.close(texted(), at=SOON) == Change(texted())


def test_the_right_proof_ends_it() -> None:
    challenge = texted(submissions=tried("codeIncorrect", None))
    change = transitions.verified(challenge, "s2", at=SOON)
    judged = tried("codeIncorrect", "verified")
    expected = challenge.model_copy(update={"submissions": judged, "status": "verified", "ended_at": SOON})
    assert change == Change(expected, _withdrawn(challenge, SOON))


def test_a_wrong_proof_costs_a_try() -> None:
    challenge = texted(submissions=tried(None))
    change = transitions.refused(challenge, _failed("codeIncorrect", retry_after=20), at=SOON)
    told = {"attempts_left": 3, "failure": "codeIncorrect", "retry_at": SOON + 20 * SECOND}
    assert change == Change(challenge.model_copy(update={"submissions": tried("codeIncorrect"), **told}))


def test_a_late_verdict_gives_no_try_back() -> None:
    challenge = texted(attempts_left=1, retry_at=LATER)
    state = transitions.refused(challenge, _failed("codeIncorrect"), at=SOON).state
    assert (state.attempts_left, state.retry_at) == (1, None)


@pytest.mark.parametrize(
    ("reason", "at", "ended"),
    [
        ("pushDenied", SOON, {"status": "denied", "attempts_left": 0}),
        ("callReported", SOON, {"status": "denied", "attempts_left": 0}),
        ("attemptsExhausted", SOON, {"status": "failed", "attempts_left": 0}),
        ("authenticatorDisabled", SOON, {"status": "failed", "attempts_left": 0}),
        ("numberMismatch", SOON, {"status": "failed", "attempts_left": 0}),
        ("codeExpired", END - SECOND, {"status": "failed", "attempts_left": 3}),
        ("codeExpired", END, {"status": "expired", "attempts_left": 3}),
    ],
)
def test_some_verdicts_end_it(reason: str, at: datetime, ended: dict[str, object]) -> None:
    challenge = texted(submissions=tried(None))
    fields = {"submissions": tried(reason), "failure": reason, "ended_at": at, **ended}
    told = () if ended["status"] == "expired" else _withdrawn(challenge, at)
    assert transitions.refused(challenge, _failed(reason), at=at) == Change(challenge.model_copy(update=fields), told)


@pytest.mark.parametrize("state", ["sent", "delivered", "failed"])
def test_the_end_of_a_challenge_whose_message_is_out_withdraws_nothing(state: DeliveryState) -> None:
    challenge = texted(delivery=Delivery(state=state, requested_at=NOW))
    assert transitions.verified(challenge, None, at=SOON).emissions == ()
    assert transitions.refused(challenge, _failed("pushDenied"), at=SOON).emissions == ()


def test_nothing_is_withdrawn_where_nothing_is_delivered() -> None:
    challenge = texted(channel="local", destination=None)
    assert transitions.verified(challenge, None, at=SOON).emissions == ()


def test_the_end_is_told_on_each_channel_that_was_asked() -> None:
    by_call = transitions.resend(texted(), at=SOON, channel="voice").state
    again = transitions.resend(by_call, at=LATER, channel="sms").state
    for challenge in (by_call, again):
        for change in (
            transitions.cancel(challenge, "cancelled", at=LATER),
            transitions.verified(challenge, None, at=LATER),
        ):
            assert change.emissions == _withdrawn(challenge, LATER, "sms", "voice")


def test_a_call_may_still_be_speaking_when_it_was_answered() -> None:
    challenge = texted(channel="voice", delivery=Delivery(state="delivered", requested_at=NOW))
    assert transitions.verified(challenge, None, at=SOON).emissions == _withdrawn(challenge, SOON, "voice")


def test_a_verdict_after_the_end_is_noted_and_changes_nothing_else() -> None:
    challenge = texted(status="verified", submissions=tried(None))
    expected = challenge.model_copy(update={"submissions": tried("codeUsed")})
    assert transitions.refused(challenge, _failed("codeUsed"), at=SOON) == Change(expected)


# What was handed in in time, and what ended meanwhile


def test_what_was_handed_in_in_time_is_waited_for_and_can_still_turn_out_right() -> None:
    judged = texted(submissions=tried(None))
    bound = END + JUDGED_WITHIN
    assert [judged.status_at(at) for at in (END, bound - SECOND, bound)] == ["pending", "pending", "expired"]
    assert transitions.expired(judged, at=END) == Change(judged)
    verified = transitions.verified(judged, "s1", at=END + SECOND).state
    assert (verified.status, verified.submissions[0].result) == ("verified", "verified")
    assert transitions.expired(judged, at=bound).state.status == "expired"


def test_once_it_was_wrong_its_time_is_over() -> None:
    wrong = texted(submissions=tried("codeIncorrect"))
    assert wrong.status_at(END) == "expired"
    assert transitions.expired(wrong, at=END).state.status == "expired"


def test_nothing_more_can_be_handed_in_while_the_last_is_judged_after_the_end() -> None:
    judged = texted(submissions=tried(None))
    assert not judged.can_be_answered(END)
    assert not judged.still_waits(END)
    with pytest.raises(ProblemError) as refused:
        transitions.submit(judged, _code(judged, "new"), at=END)
    assert refused.value.code == "codeExpired"
    with pytest.raises(ProblemError) as too_late:
        transitions.resend(judged, at=END)
    assert too_late.value.code == "codeExpired"


@pytest.mark.parametrize("status", ["cancelled", "expired", "failed", "denied"])
def test_one_that_ended_is_not_verified_any_more_and_who_waits_learns_it(status: Status) -> None:
    ended = texted(status=status, submissions=tried(None), ended_at=NOW)
    late = transitions.verified(ended, "s1", at=SOON).state
    assert (late.status, late.ended_at, late.submissions[0].result) == (status, NOW, "challengeEnded")


def test_told_twice_that_it_is_verified_nothing_changes() -> None:
    verified = transitions.verified(texted(submissions=tried(None)), "s1", at=SOON).state
    assert transitions.verified(verified, "s1", at=LATER) == Change(verified)
