"""Use cases: take requests, deliver, and note what providers report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from pydantic import SecretStr

from schemas.enrollment import ChallengeCancelled, MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from schemas.notification import DeliveryFailureReason
from services.kit.clock import Clock
from services.kit.config.file import SharedConfig
from services.kit.config.tenants import Sender
from services.kit.crypto.codes import derive_code
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer, hash_matches, keyed_hash
from services.kit.decision import Change
from services.kit.ids import new_id
from services.notifier import domain, metrics
from services.notifier.channels.base import PROVIDERS_OWN, Channel, Particulars, UnfitRequestError
from services.notifier.domain import Delivery, Report
from services.notifier.providers.base import (
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    ProviderError,
    Receipt,
    TransientError,
)
from services.notifier.store import Store

log = structlog.get_logger(__name__)

MINUTE = timedelta(minutes=1)


class DestinationMismatchError(Exception):
    """The destination or a link does not open, is not the one that the code is derived for, or is none for this
    channel."""


@dataclass(frozen=True)
class Desk:
    """What delivering needs. `host` is that of the page where the code is typed."""

    store: Store
    config: SharedConfig
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    host: str


@dataclass(frozen=True)
class Attempt:
    """One claimed delivery at one provider; `route` names all providers of the channel in order."""

    delivery: Delivery
    channel: Channel
    provider: Provider
    route: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A decision to write down, how long the whole provider wants to be left alone, and whether it took a message."""

    decide: Callable[[Delivery], Change[Delivery]]
    pause: float | None = None
    accepted: bool = False


async def accept_request(
    event: MethodRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str
) -> bool:
    """Queue the delivery; False for a redelivered request."""
    delivery = domain.requested(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=clock.now(),
    )
    return await store.add(delivery, envelope)


async def accept_notice(
    event: NoticeRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str
) -> bool:
    """Queue a notice; False for a redelivered request."""
    delivery = domain.notified(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=clock.now(),
    )
    return await store.add(delivery, envelope)


async def cancel_deliveries(event: ChallengeCancelled, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """What is queued for the challenge is not sent any more, whatever its channel."""
    for delivery in await store.of_challenge(envelope.tenant, event.challenge_id):
        after = await store.change(delivery, partial(domain.cancelled, at=clock.now()))
        if delivery.is_open and after and after.status == "cancelled":
            _count(after, "cancelled")


async def note_report(delivery: Delivery, report: Report, *, provider: str, store: Store, clock: Clock) -> None:
    """Apply what a provider reported by itself."""
    after = await store.change(delivery, partial(domain.reported, report=report, provider=provider, at=clock.now()))
    if after and after.status != delivery.status:
        _count(after, after.reason or after.status)


async def end_overdue(*, store: Store, clock: Clock) -> int:
    """End the deliveries whose time is over; how many."""
    now = clock.now()
    overdue = await store.overdue(now - MINUTE)
    overdue += [one for one in await store.overdue(now) if one.status == "queued" and one.uncertain is None]
    for delivery in overdue:
        after = await store.change(delivery, partial(domain.overdue, at=now))
        if after and after.reason and not after.is_open:
            _count(after, after.reason)
    return len(overdue)


async def deliver(attempt: Attempt, desk: Desk) -> Outcome:
    """Find out what to do with a claimed delivery, do it, and say how it ended; the caller writes that down."""
    delivery = attempt.delivery
    if delivery.destination is None and attempt.channel.is_fetched:
        return _left_to_fetch(attempt, desk)
    try:
        message = compose(attempt, desk)
    except DestinationMismatchError:
        return _failed(attempt, "destinationMismatch", desk, permanent=True)
    if delivery.uncertain is None:
        return await _send_first(attempt, message, desk)
    return await _settle(attempt, message, desk)


def compose(attempt: Attempt, desk: Desk) -> Message:
    """Open the destination, check it, derive the code and write the message: nothing of it is kept.

    Raises:
        DestinationMismatchError: see there.
    """
    delivery = attempt.delivery
    destination = _open_destination(delivery, desk)
    particulars = Particulars(
        organization=organization_of(delivery, desk),
        code=code_of(delivery, desk),
        life=max(timedelta(), delivery.not_after - desk.clock.now()),
        host=desk.host,
        link=_open_link(delivery, desk),
        sender=sender_of(delivery, desk),
    )
    try:
        return attempt.channel.compose(delivery, destination, particulars)
    except UnfitRequestError:
        raise DestinationMismatchError from None


def organization_of(delivery: Delivery, desk: Desk) -> str:
    """The name by which people know whom the message is for."""
    tenant = desk.config.tenants.get(delivery.tenant)
    return tenant.message_name if tenant else delivery.tenant


def sender_of(delivery: Delivery, desk: Desk) -> Sender:
    """Whom the organisation wants the message to come from."""
    tenant = desk.config.tenants.get(delivery.tenant)
    return tenant.sender if tenant else PROVIDERS_OWN


def code_of(delivery: Delivery, desk: Desk) -> SecretStr | None:
    """The code that the message is about; None for a notice, and where the person is to do something else."""
    terms = delivery.terms
    if terms is None or terms.kind != "code" or terms.code is None:
        return None
    return derive_code(desk.keyring, terms, tenant=delivery.tenant)


def _open_destination(delivery: Delivery, desk: Desk) -> str:
    if delivery.destination is None:
        raise DestinationMismatchError
    terms = delivery.terms
    place = (terms.method_id, terms.challenge_id) if terms else (delivery.about, "")
    destination = _opened(delivery.destination, Binding(delivery.tenant, delivery.user, *place), desk)
    expected = terms.code.destination_hash if terms and terms.code else None
    if expected and not hash_matches(desk.keyring, destination, tenant=delivery.tenant, expected=expected):
        raise DestinationMismatchError
    return destination


def _open_link(delivery: Delivery, desk: Desk) -> SecretStr | None:
    if delivery.notice is None or delivery.notice.link is None:
        return None
    binding = Binding(delivery.tenant, delivery.user, delivery.about, "link")
    return SecretStr(_opened(delivery.notice.link, binding, desk))


def _opened(sealed: str, binding: Binding, desk: Desk) -> str:
    try:
        return desk.sealer.open("destination", sealed, binding).decode()
    except (SealBrokenError, UnicodeDecodeError):
        raise DestinationMismatchError from None


def _left_to_fetch(attempt: Attempt, desk: Desk) -> Outcome:
    """The app asks for it by itself: there is nothing to send, nor to send twice."""
    delivery, now = attempt.delivery, desk.clock.now()
    if delivery.cancelled:
        return _postponed(attempt, now)
    if now >= delivery.not_after:
        return _failed(attempt, "expiredBeforeSending", desk)
    return _sent(attempt, Receipt(None), now)


async def _send_first(attempt: Attempt, message: Message, desk: Desk) -> Outcome:
    """Nothing was sent so far, for all we know."""
    delivery, now = attempt.delivery, desk.clock.now()
    if delivery.cancelled:
        return _postponed(attempt, now)
    if now >= delivery.not_after:
        return _failed(attempt, "expiredBeforeSending", desk)
    return await _refusal(attempt, message, desk) or await _send(attempt, message, desk)


async def _settle(attempt: Attempt, message: Message, desk: Desk) -> Outcome:
    """An earlier call may have been accepted: ask, and send once more only if nobody knows of it."""
    delivery, provider = attempt.delivery, attempt.provider
    asked = isinstance(provider, Inquiring) and delivery.uncertain == provider.name
    if isinstance(provider, Inquiring) and asked:
        try:
            found = await provider.find(message, since=delivery.first_claimed_at or delivery.requested_at)
        except ProviderError:
            return _postponed(attempt, desk.clock.now())
        if found:
            return _sent(attempt, found, desk.clock.now())
    now = desk.clock.now()
    if now >= delivery.not_after or delivery.cancelled or not domain.may_repeat(delivery, asked=asked):
        return _failed(attempt, "providerUnavailable", desk)
    if refused := await _refusal(attempt, message, desk):
        return refused
    attempted = delivery.attempts
    repeat = await desk.store.change(delivery, partial(domain.repeating, attempt=attempted))
    if repeat is None or not domain.is_at(repeat, attempted):
        return Outcome(Change)
    metrics.REPEATED.labels(delivery.channel, provider.name).inc()
    log.warning("sending once more: an earlier outcome is unknown", delivery=delivery.id, provider=provider.name)
    return await _send(attempt, message, desk)


async def _refusal(attempt: Attempt, message: Message, desk: Desk) -> Outcome | None:
    """What the limits of the number say; None lets it pass, as it does every notice. Counted once, also when an attempt
    broke off after it."""
    if not attempt.channel.is_limited or attempt.delivery.notice:
        return None
    delivery, now = attempt.delivery, desk.clock.now()
    number = keyed_hash(desk.keyring, message.to, tenant=delivery.tenant)
    refusal = await desk.store.take(delivery.tenant, number, delivery.id, at=now)
    return Outcome(partial(domain.refused, refusal=refusal, at=now)) if refusal else None


async def _send(attempt: Attempt, message: Message, desk: Desk) -> Outcome:
    try:
        receipt = await attempt.provider.send(message)
    except PermanentError:
        return _failed(attempt, "destinationRejected", desk, permanent=True)
    except TransientError as error:
        return _postponed(attempt, desk.clock.now(), error)
    except OutcomeUnknownError:
        decide = partial(domain.uncertain, attempt=attempt.delivery.attempts, at=desk.clock.now())
        return Outcome(decide)
    return _sent(attempt, receipt, desk.clock.now())


def _sent(attempt: Attempt, receipt: Receipt, at: datetime) -> Outcome:
    decide = partial(
        domain.sent,
        provider=attempt.provider.name,
        message_id=receipt.message_id,
        service=receipt.service,
        at=at,
    )
    return Outcome(decide, accepted=True)


def _failed(attempt: Attempt, reason: DeliveryFailureReason, desk: Desk, *, permanent: bool = False) -> Outcome:
    provider = None if reason in {"destinationMismatch", "expiredBeforeSending"} else attempt.provider.name
    return Outcome(partial(domain.failed, reason=reason, permanent=permanent, at=desk.clock.now(), provider=provider))


def _postponed(attempt: Attempt, at: datetime, error: TransientError | None = None) -> Outcome:
    pause = error.retry_after if error else None
    decide = partial(
        domain.postponed,
        attempt=attempt.delivery.attempts,
        route=attempt.route,
        at=at,
        reason=error.reason if error else "providerUnavailable",
        wait=None if pause is None else timedelta(seconds=pause),
    )
    return Outcome(decide, pause=pause)


def _count(delivery: Delivery, outcome: str) -> None:
    metrics.DELIVERIES.labels(delivery.channel, delivery.provider, outcome).inc()
