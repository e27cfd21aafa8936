"""What is told of a delivery, and what is kept of it, from the request to its end."""

from datetime import timedelta

import pytest

from schemas.base import Event
from schemas.notification import (
    CodeSent,
    DeliveryConfirmed,
    DeliveryFailed,
    DeliveryFailureReason,
    PushSent,
    SendRefused,
)
from schemas.topics import DELIVERIES, SUBMISSIONS
from schemas.verification import CallConfirmed
from services.kit.config.messages import MessageBudgets
from services.kit.decision import Change, Emission
from services.notifier.domain import attempts, calls, endings, receipts
from services.notifier.domain.attempts import LEASE
from services.notifier.domain.delivery import Delivery, Status
from services.notifier.domain.limits import LimitReached, Send, Sends, take
from services.notifier.domain.receipts import DeliveryReceipt
from tests.support.clock import NOON
from tests.unit.notifier.deliveries import CHALLENGE, LATER, SECOND, TERMS, queued, sending


def _told(event: Event, about: str = CHALLENGE) -> tuple[Emission, ...]:
    return (Emission(DELIVERIES, event, "northbridge", "sam", about),)


def _failed(
    reason: DeliveryFailureReason, *, permanent: bool = False, provider: str | None = "a"
) -> tuple[Emission, ...]:
    event = DeliveryFailed(
        challenge_id=CHALLENGE,
        delivery_id="d-1",
        send=2,
        channel="sms",
        provider=provider,
        reason=reason,
        permanent=permanent,
        failed_at=LATER,
    )
    return _told(event)


# Attempts


def test_a_claim_remembers_the_first_one() -> None:
    first = attempts.claimed(queued(), provider="b", at=NOON)
    claim = {"status": "sending", "attempts": 1, "provider": "b", "first_claimed_at": NOON}
    assert first == queued(**claim, next_attempt_at=NOON + LEASE)
    assert attempts.claimed(first, provider="a", at=LATER).first_claimed_at == NOON


def test_a_provider_that_never_answered_is_asked_a_second_later() -> None:
    change = attempts.uncertain(sending(), 1, at=NOON)
    assert change == Change(sending(status="queued", uncertain="a", next_attempt_at=LATER))


def test_an_attempt_that_lost_the_delivery_changes_nothing() -> None:
    again = sending(attempts=2)
    assert attempts.uncertain(again, 1, at=NOON) == Change(again)
    assert attempts.repeating(again, 1, asked=False) == Change(again)
    assert attempts.postponed(again, 1, route=("a", "b"), at=NOON) == Change(again)


def test_a_repeated_message_is_counted_before_it_is_sent() -> None:
    unknown = sending(uncertain="a", repeats=1)
    assert attempts.repeating(unknown, 1, asked=True) == Change(sending(repeats=2))
    assert attempts.repeating(unknown, 1, asked=False) == Change(sending(repeats=2, blind_repeats=1))


@pytest.mark.parametrize(("asked", "most"), [(True, 3), (False, 1)])
def test_a_message_is_repeated_more_often_where_the_provider_can_tell(*, asked: bool, most: int) -> None:
    def repeated(times: int) -> Delivery:
        return sending(repeats=times, blind_repeats=0 if asked else times)

    assert attempts.may_repeat(repeated(most - 1), asked=asked)
    assert not attempts.may_repeat(repeated(most), asked=asked)


@pytest.mark.parametrize(("provider", "following"), [("a", "b"), ("b", "c"), ("c", "a"), ("gone", "a")])
def test_providers_follow_one_another(provider: str, following: str) -> None:
    assert attempts.following(("a", "b", "c"), provider) == following


def test_who_learns_that_no_attempt_fits_in_learns_the_provider() -> None:
    last = sending(not_after=LATER)
    change = attempts.postponed(last, 1, route=("a",), at=LATER)
    assert change.emissions == _failed("providerUnavailable")
    assert (change.state.status, change.state.ended_at) == ("failed", LATER)


def test_a_cancelled_message_that_was_not_sent_ends() -> None:
    change = attempts.postponed(sending(cancelled=True), 1, route=("a",), at=LATER)
    ended = {"status": "cancelled", "next_attempt_at": None, "ended_at": LATER}
    assert change == Change(sending(cancelled=True, **ended))


# Ends


def test_a_sent_code_is_told_with_the_provider_and_its_id() -> None:
    change = attempts.sent(sending(uncertain="b"), provider="a", message_id="SM1", at=LATER)
    event = CodeSent(
        challenge_id=CHALLENGE,
        delivery_id="d-1",
        send=2,
        channel="sms",
        provider="a",
        provider_message_id="SM1",
        sent_at=LATER,
    )
    ended = {"status": "sent", "message_id": "SM1", "next_attempt_at": None, "ended_at": LATER}
    assert change == Change(sending(**ended), _told(event))


def test_a_code_that_was_sent_again_says_so() -> None:
    change = attempts.sent(sending(repeats=1), provider="b", message_id=None, at=LATER)
    (told,) = change.emissions
    assert change.state.provider == "b"
    assert isinstance(told.event, CodeSent)
    assert told.event.repeated


@pytest.mark.parametrize(("service", "mode"), [("push.example", "webPush"), (None, "inApp")])
def test_a_push_says_whether_a_service_has_it(service: str | None, mode: str) -> None:
    change = attempts.sent(sending(channel="push"), provider="a", message_id=None, at=LATER, service=service)
    event = PushSent.model_validate(
        {
            "challenge_id": CHALLENGE,
            "delivery_id": "d-1",
            "send": 2,
            "mode": mode,
            "service": service,
            "sent_at": LATER,
        },
        by_name=True,
    )
    assert change.emissions == _told(event)


@pytest.mark.parametrize(("known", "told", "kept"), [("SM1", "SM2", "SM1"), (None, "SM2", "SM2"), ("SM1", None, "SM1")])
def test_the_first_id_of_a_message_is_kept(known: str | None, told: str | None, kept: str) -> None:
    ended = sending(status="sent", message_id=known)
    change = attempts.sent(ended, provider="a", message_id=told, at=LATER)
    assert change == Change(sending(status="sent", message_id=kept))


def test_a_failure_is_told_with_its_reason() -> None:
    change = endings.failed(sending(), "destinationRejected", permanent=True, at=LATER, provider="a")
    ended = {"status": "failed", "reason": "destinationRejected", "next_attempt_at": None, "ended_at": LATER}
    assert change == Change(sending(**ended), _failed("destinationRejected", permanent=True))


def test_what_has_ended_neither_fails_nor_is_refused() -> None:
    ended = sending(status="sent")
    refusal = LimitReached(reason="resendTooSoon", until=NOON + 7 * SECOND, retry_after=7)
    assert endings.failed(ended, "destinationRejected", permanent=True, at=LATER) == Change(ended)
    assert endings.refused(ended, refusal, at=LATER) == Change(ended)


def test_a_refusal_is_told_with_the_wait() -> None:
    change = endings.refused(
        sending(), LimitReached(reason="resendTooSoon", until=NOON + 7 * SECOND, retry_after=7), at=LATER
    )
    event = SendRefused(
        challenge_id=CHALLENGE,
        delivery_id="d-1",
        send=2,
        channel="sms",
        reason="resendTooSoon",
        retry_after=7,
        refused_at=LATER,
    )
    ended = {"status": "refused", "reason": "resendTooSoon", "next_attempt_at": None, "ended_at": LATER}
    assert change == Change(sending(**ended), _told(event))


def test_what_waits_is_cancelled_at_once() -> None:
    ended = {"status": "cancelled", "next_attempt_at": None, "ended_at": LATER}
    assert endings.cancelled(queued(), at=LATER) == Change(queued(**ended))


@pytest.mark.parametrize(
    ("channel", "status", "marked"),
    [
        ("sms", "sending", True),
        ("sms", "sent", False),
        ("voice", "sent", True),
        ("voice", "delivered", True),
        ("voice", "refused", False),
        ("voice", "cancelled", False),
    ],
)
def test_what_is_under_way_and_a_call_that_can_speak_are_marked(channel: str, status: Status, *, marked: bool) -> None:
    delivery = sending(channel=channel, status=status)
    assert endings.cancelled(delivery, at=LATER).state.cancelled is marked


def test_what_nobody_sent_in_time_says_so() -> None:
    change = endings.overdue(queued(not_after=LATER), at=LATER)
    assert change.emissions == _failed("expiredBeforeSending", provider=None)


@pytest.mark.parametrize("delivery", [sending(not_after=LATER), queued(not_after=LATER, uncertain="a")])
def test_what_may_have_been_sent_says_that_the_provider_did_not_tell(delivery: Delivery) -> None:
    assert endings.overdue(delivery, at=LATER).emissions == _failed("providerUnavailable")


# Reports


def test_an_arrival_is_told_with_the_provider() -> None:
    failed = sending(status="failed", reason="notDelivered", ended_at=NOON)
    change = receipts.acknowledged(failed, DeliveryReceipt(outcome="delivered"), provider="a", at=LATER)
    event = DeliveryConfirmed(
        challenge_id=CHALLENGE, delivery_id="d-1", send=2, channel="sms", provider="a", delivered_at=LATER
    )
    ended = {"status": "delivered", "next_attempt_at": None, "ended_at": NOON}
    assert change == Change(sending(**ended), _told(event))


def test_the_first_word_of_an_arrival_ends_the_delivery() -> None:
    arrived = receipts.acknowledged(sending(), DeliveryReceipt(outcome="delivered"), provider="a", at=LATER).state
    assert (arrived.status, arrived.ended_at, arrived.reason) == ("delivered", LATER, None)


@pytest.mark.parametrize("reason", ["expiredBeforeSending", "destinationMismatch"])
def test_what_was_never_sent_cannot_arrive(reason: str) -> None:
    failed = sending(status="failed", reason=reason)
    assert receipts.acknowledged(failed, DeliveryReceipt(outcome="delivered"), provider="a", at=LATER) == Change(failed)


@pytest.mark.parametrize("status", ["refused", "cancelled", "delivered"])
@pytest.mark.parametrize("outcome", ["accepted", "delivered", "failed"])
def test_no_report_changes_what_is_settled(status: str, outcome: str) -> None:
    settled = sending(status=status)
    report = DeliveryReceipt.model_validate({"outcome": outcome})
    assert receipts.acknowledged(settled, report, provider="a", at=LATER) == Change(settled)


@pytest.mark.parametrize("permanent", [True, False])
def test_a_reported_failure_is_told_after_what_it_is_about(*, permanent: bool) -> None:
    report = DeliveryReceipt(outcome="failed", message_id="SM1", permanent=permanent)
    change = receipts.acknowledged(sending(), report, provider="a", at=LATER)
    sent, *failed = change.emissions
    assert isinstance(sent.event, CodeSent)
    assert (sent.event.provider_message_id, sent.event.sent_at) == ("SM1", LATER)
    assert tuple(failed) == _failed("notDelivered", permanent=permanent)
    assert change.state.message_id == "SM1"


def test_the_failure_of_another_message_is_not_that_of_this_one() -> None:
    sent = sending(status="sent", message_id="SM1")
    assert receipts.acknowledged(
        sent, DeliveryReceipt(outcome="failed", message_id="SM2"), provider="a", at=LATER
    ) == Change(sent)
    unnamed = receipts.acknowledged(sent, DeliveryReceipt(outcome="failed"), provider="a", at=LATER)
    assert unnamed.state.status == "failed"


def test_keys_are_told_as_a_submission() -> None:
    of = TERMS.model_copy(update={"kind": "call"})
    call = sending(terms=of, channel="voice", status="delivered")
    change = calls.decided(call, "confirm", proof="p" * 43, at=LATER)
    event = CallConfirmed(submission_id="d-1.confirm", terms=of, proof="p" * 43, submitted_at=LATER)
    assert change.emissions == (Emission(SUBMISSIONS, event, "northbridge", "sam", CHALLENGE),)


# Limits


def test_a_message_counts_against_its_number() -> None:
    earlier = Send(delivery_id="d-0", at=NOON - timedelta(hours=1))
    counted = Send(delivery_id="d-1", at=NOON, purpose="registration")
    taken = take(Sends(sends=(earlier,)), "d-1", "registration", MessageBudgets().number, at=NOON)
    assert taken == Sends(sends=(earlier, counted), last_at=NOON)


@pytest.mark.parametrize(("since", "wait"), [(9.9, 1), (8.5, 2), (0, 10)])
def test_the_wait_of_a_number_is_rounded_up(since: float, wait: int) -> None:
    before = Sends(sends=(Send(delivery_id="d-0", at=NOON - since * SECOND),))
    until = NOON + (10 - since) * SECOND
    taken = take(before, "d-1", "signIn", MessageBudgets().number, at=NOON)
    assert taken == LimitReached(reason="resendTooSoon", until=until, retry_after=wait)
