"""The messages of a challenge: when one goes out, and what is told of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.base import Channel, Event
from schemas.enrollment import MethodRequested
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from schemas.topics import REQUESTS, SUBMISSIONS, Topic
from schemas.verification import CodeSubmitted
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, DeliveryState, Submission
from services.enrollment.challenges.domain.transitions import DeliveryEvent
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, texted

SOON = NOW + timedelta(minutes=1)
END = NOW + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def _code(challenge: Challenge, submission_id: str = "s1") -> CodeSubmitted:
    return CodeSubmitted(submission_id=submission_id, terms=challenge.terms, code="k1.code", submitted_at=SOON)


def _report(kind: type[Any], **fields: object) -> Any:
    defaults: dict[type[Any], dict[str, object]] = {
        CodeSent: {"channel": "sms", "provider": "northtel", "country": "GB", "sent_at": SOON},
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


def test_opening_asks_for_the_message() -> None:
    challenge = texted()
    assert transitions.opened(challenge) == Change(challenge, (_requested(challenge),))


def test_a_challenge_is_opened_together_with_what_there_is_to_judge() -> None:
    challenge = texted(channel="local", destination=None)
    event = _code(challenge)
    change = transitions.opened_with(challenge, event, at=SOON)
    assert change.state == challenge.model_copy(update={"submissions": (Submission(id="s1", at=SOON),)})
    assert change.emissions == (_requested(challenge), _emitted(challenge, SUBMISSIONS, event))


@pytest.mark.parametrize(("sends", "pause"), [(1, 60), (2, 120), (3, 120), (4, 120)])
def test_each_message_makes_the_next_one_wait_longer(sends: int, pause: int) -> None:
    change = transitions.resend(texted(sends=sends), at=SOON)
    assert change.state.resend_at == SOON + timedelta(seconds=pause)
    assert change.state.delivery == Delivery(state="queued", send=sends + 1, requested_at=SOON)
    assert change.emissions == (_requested(change.state),)
    assert change.emissions[0].event.send == sends + 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("asked", "channel"), [(None, "sms"), ("voice", "voice")])
def test_a_message_goes_by_another_way_if_one_is_named(asked: Channel | None, channel: Channel) -> None:
    change = transitions.resend(texted(), at=SOON, channel=asked)
    assert change.state.channel == channel
    assert change.emissions[0].topic == REQUESTS[channel]


def test_there_is_a_last_message() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.resend(texted(sends=5), at=SOON)
    assert refused.value.code == "sendLimitReached"


def test_who_asks_too_soon_is_told_how_long_to_wait() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.resend(texted(resend_at=SOON + 7.5 * SECOND), at=SOON)
    assert (refused.value.code, refused.value.members) == ("resendTooSoon", {"retryAfter": 8})
    assert refused.value.headers == {"Retry-After": "8"}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (CodeSent, {"state": "sent", "provider": "northtel", "country": "GB", "noted_at": SOON}),
        (PushSent, {"state": "sent", "provider": "push.example", "noted_at": SOON}),
        (DeliveryConfirmed, {"state": "delivered", "provider": "northtel", "noted_at": SOON}),
        (DeliveryFailed, {"state": "failed", "provider": "northtel", "detail": "notDelivered", "permanent": True}),
        (SendRefused, {"state": "failed", "detail": "sendLimitReached"}),
    ],
)
def test_what_the_notifier_says_is_noted(kind: type[DeliveryEvent], told: dict[str, object]) -> None:
    challenge = texted()
    expected = challenge.model_copy(update={"delivery": Delivery.model_validate({"requested_at": NOW, **told})})
    assert transitions.delivery_noted(challenge, _report(kind)) == Change(expected)


def test_what_spoke_against_a_message_is_kept() -> None:
    refused = _report(SendRefused, reason="phoneNumberNotAllowed", mode="deny", signals=("simChanged",))
    delivery = transitions.delivery_noted(texted(), refused).state.delivery
    assert (delivery.state, delivery.detail, delivery.signal) == ("failed", "phoneNumberNotAllowed", "simChanged")


def test_a_report_of_an_earlier_message_changes_nothing() -> None:
    challenge = texted(sends=2, delivery=Delivery(send=2, requested_at=NOW))
    assert transitions.delivery_noted(challenge, _report(CodeSent, send=1)) == Change(challenge)


@pytest.mark.parametrize(
    ("known", "kind"),
    [("delivered", DeliveryFailed), ("failed", CodeSent), ("sent", CodeSent), ("failed", SendRefused)],
)
def test_a_late_report_takes_nothing_back(known: DeliveryState, kind: type[DeliveryEvent]) -> None:
    challenge = texted(delivery=Delivery(state=known, provider="first", requested_at=NOW))
    assert transitions.delivery_noted(challenge, _report(kind)) == Change(challenge)


def test_an_arrival_counts_more_than_a_failure() -> None:
    challenge = texted(delivery=Delivery(state="failed", requested_at=NOW))
    assert transitions.delivery_noted(challenge, _report(DeliveryConfirmed)).state.delivery.state == "delivered"


@pytest.mark.parametrize(("before", "after"), [(NOW, SOON + 90 * SECOND), (END, END)])
def test_a_refused_message_makes_the_next_one_wait_as_long_as_the_notifier_says(
    before: datetime, after: datetime
) -> None:
    change = transitions.delivery_noted(texted(resend_at=before), _report(SendRefused, retry_after=90))
    assert change.state.resend_at == after


def test_only_a_refused_message_moves_the_next_one() -> None:
    assert transitions.delivery_noted(texted(), _report(SendRefused)).state.resend_at == NOW
    assert transitions.delivery_noted(texted(), _report(CodeSent)).state.resend_at == NOW


def test_resend_waits_thirty_then_sixty_seconds() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.resend(texted(resend_at=NOW + 30 * SECOND), at=NOW + 29 * SECOND)
    assert refused.value.code == "resendTooSoon"
    again = transitions.resend(texted(resend_at=NOW + 30 * SECOND), at=NOW + 30 * SECOND)
    assert again.state.sends == 2
    assert again.state.resend_at == NOW + 90 * SECOND
    assert len(again.emissions) == 1


def _to_the_same_number(seconds: float, **delivery: object) -> Challenge:
    at = NOW - timedelta(seconds=seconds)
    return texted(delivery=Delivery.model_validate({"requested_at": at, **delivery}, by_name=True))


@pytest.mark.parametrize(
    ("others", "waits"),
    [
        ([], None),
        ([_to_the_same_number(10)], None),
        ([_to_the_same_number(4, state="failed")], None),
        ([_to_the_same_number(4, state="sent")], 6),
        ([_to_the_same_number(9), _to_the_same_number(4, goes_out_at=NOW + SECOND)], 11),
        ([_to_the_same_number(30, goes_out_at=NOW + SECOND)], 11),
    ],
)
def test_a_message_goes_out_after_those_to_the_same_number(others: list[Challenge], waits: int | None) -> None:
    expected = None if waits is None else NOW + waits * SECOND
    assert transitions.spaced(texted(), others).delivery.goes_out_at == expected


def test_a_message_that_went_out_early_waits_no_more() -> None:
    challenge = transitions.spaced(texted(), [_to_the_same_number(4)])
    assert challenge.delivery.waits(NOW + 5 * SECOND)
    assert not challenge.delivery.waits(NOW + 6 * SECOND)
    sent = transitions.delivery_noted(challenge, _report(CodeSent)).state
    assert not sent.delivery.waits(NOW)
