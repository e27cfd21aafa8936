"""Enrollment's view of a challenge: its messages, the proofs handed in, and what the verifier said."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.base import Channel, Event
from schemas.enrollment import ChallengeCancelled, Destination, MethodRequested
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from schemas.topics import REQUESTS, SUBMISSIONS, Topic
from schemas.verification import (
    ChallengeTerms,
    CodeSubmitted,
    CodeTerms,
    PushApproved,
    PushDenied,
    VerificationFailed,
)
from services.enrollment.domain import challenge as challenges
from services.enrollment.domain.challenge import (
    Challenge,
    Decision,
    Delivery,
    DeliveryReport,
    DeliveryState,
    Hosting,
    Submission,
)
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, proof_of

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(minutes=2)
END = NOW + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def _challenge(**fields: object) -> Challenge:
    challenge, registration = proof_of("phone")
    destination = Destination(sealed="k1.sealed", masked="••01")
    defaults = {"channel": "sms", "locale": "da", "destination": destination, "registration": registration}
    return challenge.model_copy(update={**defaults, **fields})


def _code(challenge: Challenge, submission_id: str = "s1") -> CodeSubmitted:
    return CodeSubmitted(submission_id=submission_id, terms=challenge.terms, code="k1.code", submitted_at=SOON)


def _tried(*results: str | None) -> tuple[Submission, ...]:
    return tuple(Submission(id=f"s{number}", at=NOW, result=result) for number, result in enumerate(results, 1))


def _report(kind: type[Any], **fields: object) -> Any:
    defaults: dict[type[Any], dict[str, object]] = {
        CodeSent: {"channel": "sms", "provider": "northtel", "sent_at": SOON},
        PushSent: {"mode": "webPush", "service": "push.example", "sent_at": SOON},
        DeliveryConfirmed: {"channel": "sms", "provider": "northtel", "delivered_at": SOON},
        DeliveryFailed: {
            "channel": "sms",
            "provider": "northtel",
            "reason": "notDelivered",
            "permanent": True,
            "failed_at": SOON,
        },
        SendRefused: {"channel": "sms", "reason": "sendLimitReached", "refused_at": SOON},
    }
    return kind(**{"challenge_id": "c-new", "delivery_id": "d-1", "send": 1, **defaults[kind], **fields})


def _terms(**fields: object) -> ChallengeTerms:
    return _challenge().terms.model_copy(update=fields)


def _code_terms(place: str) -> CodeTerms:
    return CodeTerms(nonce="n" * 22, destination_hash=place * 43)


def _failed(reason: str, **fields: object) -> VerificationFailed:
    defaults = {"attempts_left": 3, "submission_id": "s1", "failed_at": SOON}
    about = {"challenge_id": "c-new", "purpose": "registration", "method_id": "new", "method_type": "phone"}
    return VerificationFailed.model_validate({**about, **defaults, "reason": reason, **fields}, by_name=True)


def _emitted(challenge: Challenge, topic: Topic, event: Event) -> Emission:
    return Emission(topic, event, "northbridge", "sam", challenge.id)


def _requested(challenge: Challenge, **fields: object) -> Emission:
    event = MethodRequested(
        terms=challenge.terms,
        channel=challenge.channel,
        send=challenge.sends,
        destination=challenge.destination,
        locale="da",
        not_after=END,
        requested_at=challenge.delivery.requested_at,
    )
    return _emitted(challenge, REQUESTS[challenge.channel], event)


# What it says of itself


def test_a_passkey_is_told_by_the_submission_that_it_came_with() -> None:
    challenge = _challenge(submissions=(Submission(id="s1", at=NOW, credential_id="key"), *_tried("x", None)[1:]))
    assert [challenge.credential_of(name) for name in ("s1", "s2", "s3", None)] == ["key", None, None, None]


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({}, True),
        ({"status": "verified"}, False),
        ({"delivery": Delivery(state="failed", requested_at=NOW)}, False),
        ({"delivery": Delivery(state="sent", requested_at=NOW)}, True),
    ],
)
def test_it_waits_while_it_is_pending_and_its_message_can_arrive(fields: dict[str, object], *, waits: bool) -> None:
    assert _challenge(**fields).still_waits(SOON) is waits


def test_it_waits_no_longer_than_its_life() -> None:
    assert _challenge().still_waits(END - SECOND)
    assert not _challenge().still_waits(END)


def test_two_codes_ask_the_same_where_they_go_to_the_same_place() -> None:
    here, there = (_challenge(terms=_terms(code=_code_terms(place))) for place in "ab")
    moved = _challenge(terms=_terms(code=_code_terms("a"), method_id="other"))
    assert here.asks_the_same_as(moved)
    assert not here.asks_the_same_as(there)
    assert not here.asks_the_same_as(_challenge())


def test_two_challenges_without_a_code_ask_the_same_of_the_same_method() -> None:
    assert _challenge().asks_the_same_as(_challenge(id="c-2"))
    assert not _challenge().asks_the_same_as(_challenge(terms=_terms(method_id="other")))


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "voice"},
        {"terms": _terms(kind="totp")},
        {"terms": _terms(purpose="stepUp")},
    ],
)
def test_another_way_kind_or_purpose_is_another_question(other: dict[str, object]) -> None:
    assert not _challenge().asks_the_same_as(_challenge(**other))


@pytest.mark.parametrize(("stands_for", "known"), [(None, "c-new"), ("c-1", "c-1")])
def test_a_platform_knows_a_later_challenge_by_the_first_one(stands_for: str | None, known: str) -> None:
    assert challenges.known_as(_challenge(stands_for=stands_for)) == known


# Messages


def test_opening_asks_for_the_message() -> None:
    challenge = _challenge()
    assert challenges.opened(challenge) == Change(challenge, (_requested(challenge),))


def test_a_challenge_is_opened_together_with_what_there_is_to_judge() -> None:
    challenge = _challenge(channel="local", destination=None)
    event = _code(challenge)
    change = challenges.opened_with(challenge, event, at=SOON)
    assert change.state == challenge.model_copy(update={"submissions": (Submission(id="s1", at=SOON),)})
    assert change.emissions == (_requested(challenge), _emitted(challenge, SUBMISSIONS, event))


@pytest.mark.parametrize(("sends", "pause"), [(1, 60), (2, 120), (3, 120), (4, 120)])
def test_each_message_makes_the_next_one_wait_longer(sends: int, pause: int) -> None:
    change = challenges.resend(_challenge(sends=sends), at=SOON)
    assert change.state.resend_at == SOON + timedelta(seconds=pause)
    assert change.state.delivery == Delivery(state="queued", send=sends + 1, requested_at=SOON)
    assert change.emissions == (_requested(change.state),)
    assert change.emissions[0].event.send == sends + 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("asked", "channel"), [(None, "sms"), ("voice", "voice")])
def test_a_message_goes_by_another_way_if_one_is_named(asked: Channel | None, channel: Channel) -> None:
    change = challenges.resend(_challenge(), at=SOON, channel=asked)
    assert change.state.channel == channel
    assert change.emissions[0].topic == REQUESTS[channel]


def test_there_is_a_last_message() -> None:
    with pytest.raises(ProblemError) as refused:
        challenges.resend(_challenge(sends=5), at=SOON)
    assert refused.value.code == "sendLimitReached"


def test_who_asks_too_soon_is_told_how_long_to_wait() -> None:
    with pytest.raises(ProblemError) as refused:
        challenges.resend(_challenge(resend_at=SOON + 7.5 * SECOND), at=SOON)
    assert (refused.value.code, refused.value.members) == ("resendTooSoon", {"retryAfter": 8})
    assert refused.value.headers == {"Retry-After": "8"}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (CodeSent, {"state": "sent", "provider": "northtel"}),
        (PushSent, {"state": "sent", "provider": "push.example"}),
        (DeliveryConfirmed, {"state": "delivered", "provider": "northtel"}),
        (DeliveryFailed, {"state": "failed", "provider": "northtel", "detail": "notDelivered", "permanent": True}),
        (SendRefused, {"state": "failed", "detail": "sendLimitReached"}),
    ],
)
def test_what_the_notifier_says_is_noted(kind: type[DeliveryReport], told: dict[str, object]) -> None:
    challenge = _challenge()
    expected = challenge.model_copy(update={"delivery": Delivery.model_validate({"requested_at": NOW, **told})})
    assert challenges.delivery_told(challenge, _report(kind)) == Change(expected)


def test_a_report_of_an_earlier_message_changes_nothing() -> None:
    challenge = _challenge(sends=2, delivery=Delivery(send=2, requested_at=NOW))
    assert challenges.delivery_told(challenge, _report(CodeSent, send=1)) == Change(challenge)


@pytest.mark.parametrize(
    ("known", "kind"),
    [("delivered", DeliveryFailed), ("failed", CodeSent), ("sent", CodeSent), ("failed", SendRefused)],
)
def test_a_late_report_takes_nothing_back(known: DeliveryState, kind: type[DeliveryReport]) -> None:
    challenge = _challenge(delivery=Delivery(state=known, provider="first", requested_at=NOW))
    assert challenges.delivery_told(challenge, _report(kind)) == Change(challenge)


def test_an_arrival_counts_more_than_a_failure() -> None:
    challenge = _challenge(delivery=Delivery(state="failed", requested_at=NOW))
    assert challenges.delivery_told(challenge, _report(DeliveryConfirmed)).state.delivery.state == "delivered"


@pytest.mark.parametrize(("before", "after"), [(NOW, SOON + 90 * SECOND), (END, END)])
def test_a_refused_message_makes_the_next_one_wait_as_long_as_the_notifier_says(
    before: datetime, after: datetime
) -> None:
    change = challenges.delivery_told(_challenge(resend_at=before), _report(SendRefused, retry_after=90))
    assert change.state.resend_at == after


def test_only_a_refused_message_moves_the_next_one() -> None:
    assert challenges.delivery_told(_challenge(), _report(SendRefused)).state.resend_at == NOW
    assert challenges.delivery_told(_challenge(), _report(CodeSent)).state.resend_at == NOW


# Proofs


def test_what_was_typed_is_handed_to_the_verifier() -> None:
    challenge, event = _challenge(), _code(_challenge())
    change = challenges.submit(challenge, event, at=SOON, credential_id="key")
    assert change.state.submissions == (Submission(id="s1", at=SOON, credential_id="key"),)
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


def test_the_same_proof_again_changes_nothing() -> None:
    challenge = _challenge(submissions=_tried(None), status="failed")
    assert challenges.submit(challenge, _code(challenge), at=SOON) == Change(challenge)


def test_only_so_many_proofs_are_under_way_at_once() -> None:
    seven = _challenge(submissions=_tried("codeIncorrect", *[None] * 7))
    assert len(challenges.submit(seven, _code(seven, "new"), at=SOON).state.submissions) == 9
    eight = _challenge(submissions=_tried(*[None] * 8))
    with pytest.raises(ProblemError) as refused:
        challenges.submit(eight, _code(eight, "new"), at=SOON)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "1"})


def test_the_newest_twenty_proofs_are_kept() -> None:
    challenge = _challenge(submissions=_tried(*["codeIncorrect"] * 20))
    submitted = challenges.submit(challenge, _code(challenge, "new"), at=SOON).state.submissions
    answered = challenges.answer(challenge, "new", "k1.answer", decision="approve", at=SOON).state.submissions
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
    challenge = _challenge(**fields)
    with pytest.raises(ProblemError) as refused:
        challenges.submit(challenge, _code(challenge), at=SOON)
    assert (refused.value.code, refused.value.members) == (code, members)


def test_an_approval_is_handed_to_the_verifier() -> None:
    challenge = _challenge()
    change = challenges.answer(challenge, "s1", "k1.answer", decision="approve", at=SOON)
    event = PushApproved(submission_id="s1", terms=challenge.terms, answer="k1.answer", submitted_at=SOON)
    assert change.state == challenge.model_copy(update={"submissions": (Submission(id="s1", at=SOON),)})
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


@pytest.mark.parametrize(("decision", "reported"), [("deny", False), ("report", True)])
def test_a_denial_is_handed_to_the_verifier_and_a_report_remembered(decision: Decision, *, reported: bool) -> None:
    challenge = _challenge()
    change = challenges.answer(challenge, "s1", "k1.answer", decision=decision, at=SOON)
    event = PushDenied(
        submission_id="s1", terms=challenge.terms, answer="k1.answer", reported=reported, submitted_at=SOON
    )
    assert change.state.reported is reported
    assert change.emissions == (_emitted(challenge, SUBMISSIONS, event),)


def test_a_device_cannot_answer_what_has_ended() -> None:
    with pytest.raises(ProblemError) as refused:
        challenges.answer(_challenge(), "s1", "k1.answer", decision="approve", at=END)
    assert refused.value.code == "challengeEnded"


def test_a_device_answers_once_at_a_time() -> None:
    with pytest.raises(ProblemError) as refused:
        challenges.answer(_challenge(submissions=_tried(None)), "s2", "k1.answer", decision="approve", at=SOON)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "1"})
    judged = _challenge(submissions=_tried("numberMismatch"))
    assert challenges.answer(judged, "s2", "k1.answer", decision="approve", at=SOON).emissions


# Ends


def test_a_challenge_is_cancelled_at_its_channel() -> None:
    challenge = _challenge()
    change = challenges.cancel(challenge, "superseded", at=SOON)
    event = ChallengeCancelled(challenge_id="c-new", method_id="new", reason="superseded", cancelled_at=SOON)
    assert change.state == challenge.model_copy(update={"status": "cancelled", "ended_at": SOON})
    assert change.emissions == (_emitted(challenge, REQUESTS["sms"], event),)


def test_what_has_ended_neither_expires_nor_is_cancelled() -> None:
    challenge = _challenge(status="verified", ended_at=NOW)
    assert challenges.cancel(challenge, "cancelled", at=SOON) == Change(challenge)
    assert challenges.expired(challenge, at=SOON) == Change(challenge)


def test_time_runs_out() -> None:
    challenge = _challenge()
    expected = challenge.model_copy(update={"status": "expired", "ended_at": END})
    assert challenges.expired(challenge, at=END) == Change(expected)


def test_a_page_is_closed_once() -> None:
    hosting = Hosting(return_url="https://a.example/", ticket_hash="hash", ticket_expires_at=END)
    closed = challenges.close(_challenge(hosting=hosting), at=SOON).state
    assert closed == _challenge(hosting=hosting.model_copy(update={"closed_at": SOON}))
    assert challenges.close(closed, at=LATER) == Change(closed)
    assert challenges.close(_challenge(), at=SOON) == Change(_challenge())


def test_the_right_proof_ends_it() -> None:
    challenge = _challenge(submissions=_tried("codeIncorrect", None))
    change = challenges.verified(challenge, "s2", at=SOON)
    judged = _tried("codeIncorrect", "verified")
    expected = challenge.model_copy(update={"submissions": judged, "status": "verified", "ended_at": SOON})
    assert change == Change(expected)


def test_a_wrong_proof_costs_a_try() -> None:
    challenge = _challenge(submissions=_tried(None))
    change = challenges.refused(challenge, _failed("codeIncorrect", retry_after=20), at=SOON)
    told = {"attempts_left": 3, "failure": "codeIncorrect", "retry_at": SOON + 20 * SECOND}
    assert change == Change(challenge.model_copy(update={"submissions": _tried("codeIncorrect"), **told}))


def test_a_late_verdict_gives_no_try_back() -> None:
    challenge = _challenge(attempts_left=1, retry_at=LATER)
    state = challenges.refused(challenge, _failed("codeIncorrect"), at=SOON).state
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
    challenge = _challenge(submissions=_tried(None))
    fields = {"submissions": _tried(reason), "failure": reason, "ended_at": at, **ended}
    assert challenges.refused(challenge, _failed(reason), at=at) == Change(challenge.model_copy(update=fields))


def test_a_verdict_after_the_end_is_noted_and_changes_nothing_else() -> None:
    challenge = _challenge(status="verified", submissions=_tried(None))
    expected = challenge.model_copy(update={"submissions": _tried("codeUsed")})
    assert challenges.refused(challenge, _failed("codeUsed"), at=SOON) == Change(expected)
