"""How a delivery ends, and the event that tells of it."""

from collections.abc import Mapping
from datetime import datetime

from schemas.base import Event
from schemas.notification import DeliveryConfirmed, DeliveryFailed, DeliveryFailureReason, SendRefused
from schemas.topics import DELIVERIES
from services.kit.decision import Change, Emission
from services.notifier.domain.delivery import WITHHELD, Delivery, Status
from services.notifier.domain.limits import LimitReached


def failed(
    delivery: Delivery, reason: DeliveryFailureReason, *, permanent: bool, at: datetime, provider: str | None = None
) -> Change[Delivery]:
    """It will not be sent. One that a callback has ended meanwhile stays as it is."""
    if not delivery.is_open:
        return Change(delivery)
    return end_as_failed(delivery, reason, permanent=permanent, at=at, provider=provider)


def refused(delivery: Delivery, limit: LimitReached, *, at: datetime) -> Change[Delivery]:
    if not delivery.is_open:
        return Change(delivery)
    event = SendRefused(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        reason=limit.reason,
        retry_after=limit.retry_after,
        refused_at=at,
    )
    return Change(ended(delivery, "refused", at, reason=limit.reason), (emission(delivery, event),))


def refused_for(delivery: Delivery, signal: str, *, at: datetime) -> Change[Delivery]:
    """The SIM card of its number speaks against it. Waiting does not help: nothing says when to come back."""
    if not delivery.is_open:
        return Change(delivery)
    event = SendRefused(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        reason="phoneNumberNotAllowed",
        country=delivery.country,
        mode="deny",
        signals=(signal,),
        refused_at=at,
    )
    return Change(ended(delivery, "refused", at, reason=event.reason), (emission(delivery, event),))


def cancelled(delivery: Delivery, *, at: datetime) -> Change[Delivery]:
    """The challenge is over: what waits is not sent, what is being sent is not tried again, and a call has nothing to
    say any more."""
    if delivery.status == "queued" and delivery.uncertain is None:
        return Change(ended(delivery, "cancelled", at))
    may_still_speak = delivery.channel == "voice" and delivery.status not in WITHHELD
    marked = delivery.is_open or may_still_speak
    return Change(delivery.model_copy(update={"cancelled": True}) if marked else delivery)


def overdue(delivery: Delivery, *, at: datetime) -> Change[Delivery]:
    """Its time is over. Nobody will learn any more what became of one whose outcome is unknown; and where a provider
    failed one before, that is why."""
    if not delivery.is_open or at < delivery.not_after:
        return Change(delivery)
    was_tried = delivery.attempts > delivery.held
    if delivery.uncertain or delivery.status == "sending" or was_tried:
        return end_as_failed(delivery, "providerUnavailable", permanent=False, at=at, provider=delivery.provider)
    return end_as_failed(delivery, "expiredBeforeSending", permanent=False, at=at)


def end_as_failed(
    delivery: Delivery, reason: DeliveryFailureReason, *, permanent: bool, at: datetime, provider: str | None = None
) -> Change[Delivery]:
    event = DeliveryFailed(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        reason=reason,
        permanent=permanent,
        failed_at=at,
    )
    return Change(ended(delivery, "failed", at, reason=reason), (emission(delivery, event),))


def end_as_delivered(delivery: Delivery, *, provider: str, at: datetime) -> Change[Delivery]:
    if delivery.status == "failed" and delivery.reason in {"expiredBeforeSending", "destinationMismatch"}:
        return Change(delivery)
    event = DeliveryConfirmed(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        delivered_at=at,
    )
    return Change(ended(delivery, "delivered", at, reason=None), (emission(delivery, event),))


def ended(delivery: Delivery, status: Status, at: datetime, **fields: object) -> Delivery:
    end: Mapping[str, object] = {"status": status, "next_attempt_at": None, "ended_at": delivery.ended_at or at}
    return delivery.model_copy(update={**end, **fields})


def emission(delivery: Delivery, event: Event) -> Emission:
    return Emission(DELIVERIES, event, delivery.tenant, delivery.user, correlation_id=delivery.about)
