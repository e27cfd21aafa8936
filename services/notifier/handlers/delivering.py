"""Take a claimed delivery to its provider."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from secrets import SystemRandom

import structlog

from schemas.enrollment import without_extension
from schemas.notification import DeliveryFailureReason
from services.kit.clock import monotonic
from services.kit.crypto.sealing import keyed_hashes
from services.kit.decision import Change
from services.notifier import metrics
from services.notifier.dependencies import Dependencies
from services.notifier.domain import attempts, endings
from services.notifier.domain.breakers import Verdict
from services.notifier.domain.delivery import UNUSUAL, is_at
from services.notifier.handlers.attempt import DeliveryAttempt, Outcome
from services.notifier.handlers.composing import DestinationMismatchError, compose
from services.notifier.handlers.sim_swap import objected
from services.notifier.providers.base import (
    Acceptance,
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    ProviderError,
    TransientError,
)

log = structlog.get_logger(__name__)

ASK_WITHIN = 1.0
"""Seconds for asking a provider that has just not answered, before another one carries the message."""
JITTER = SystemRandom()
SPREAD = (0.75, 1.25)
"""By how much a wait before another attempt is shorter or longer than it would be; never shorter than the provider
asks for."""


async def deliver(attempt: DeliveryAttempt, deps: Dependencies) -> Outcome:
    """Find out what to do with a claimed delivery, do it, and say how it ended; the caller writes that down."""
    delivery = attempt.delivery
    if delivery.destination is None and attempt.channel.is_fetched:
        return _left_to_fetch(attempt, deps)
    try:
        message = compose(attempt, deps)
    except DestinationMismatchError:
        return _failed(attempt, "destinationMismatch", deps, permanent=True)
    if delivery.uncertain is None:
        return await _send_first(attempt, message, deps)
    return await _settle(attempt, message, deps)


def _left_to_fetch(attempt: DeliveryAttempt, deps: Dependencies) -> Outcome:
    """The app asks for it by itself: there is nothing to send, nor to send twice."""
    delivery, now = attempt.delivery, deps.clock.now()
    if delivery.cancelled:
        return _postponed(attempt, now)
    if now >= delivery.not_after:
        return _failed(attempt, "expiredBeforeSending", deps)
    return replace(_sent(attempt, Acceptance(None), now), verdict=None)


async def _send_first(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome:
    """Nothing was sent so far, for all we know."""
    delivery, now = attempt.delivery, deps.clock.now()
    if delivery.cancelled:
        return _postponed(attempt, now)
    if now >= delivery.not_after:
        return _too_late(attempt, deps)
    held = await _held(attempt, message, deps) or await objected(attempt, message, deps)
    return held or await _send(attempt, message, deps)


async def _settle(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome:
    """An earlier call may have been accepted: ask, and send once more only if nobody knows of it."""
    delivery, provider = attempt.delivery, attempt.provider
    asked = isinstance(provider, Inquiring) and delivery.uncertain == provider.name
    if isinstance(provider, Inquiring) and asked:
        try:
            found = await provider.find(message, since=delivery.first_claimed_at or delivery.requested_at)
        except ProviderError as error:
            return _postponed(attempt, deps.clock.now(), error)
        if found:
            return _sent(attempt, found, deps.clock.now())
    now = deps.clock.now()
    if (
        now >= delivery.not_after
        or delivery.cancelled
        or not attempts.may_repeat(delivery, asked=asked, route=attempt.route)
    ):
        return _failed(attempt, "providerUnavailable", deps)
    if held := await _held(attempt, message, deps) or await objected(attempt, message, deps):
        return held
    attempted = delivery.attempts
    repeat = await deps.store.change(delivery, partial(attempts.repeating, attempt=attempted, asked=asked))
    if repeat is None or not is_at(repeat, attempted):
        return Outcome(Change)
    metrics.REPEATED.labels(delivery.channel, provider.name).inc()
    log.warning("sending once more: an earlier outcome is unknown", delivery=delivery.id, provider=provider.name)
    return await _send(attempt, message, deps)


async def _held(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome | None:
    """What the limits of the number say; None lets it pass. Counted once, also when an attempt broke off after it.

    Notices have shares of their own: they must neither cost anybody their codes, nor be silenced by codes that somebody
    else asked for, nor those of changes by those of what is unusual."""
    delivery, now = attempt.delivery, deps.clock.now()
    if not _is_limited(attempt):
        return None
    number = keyed_hashes(deps.keyring, without_extension(message.to), tenant=delivery.tenant)
    if delivery.notice:
        number = tuple(f"{digest}.{delivery.notice.share}" for digest in number)
    budget = deps.config.messages_of(delivery.tenant).number
    purpose = delivery.terms.purpose if delivery.terms else None
    reached = await deps.store.take(number, delivery, purpose, budget, at=now)
    return Outcome(partial(attempts.held, attempt=delivery.attempts, limit=reached, at=now)) if reached else None


def _is_limited(attempt: DeliveryAttempt) -> bool:
    channel, notice = attempt.channel, attempt.delivery.notice
    if notice is None:
        return channel.is_limited
    return channel.limits_notices or notice.kind in UNUSUAL


async def _withheld(attempt: DeliveryAttempt, deps: Dependencies) -> Outcome | None:
    """What forbids the call at the last moment: the challenge is over, the code is dead, or somebody else has the
    delivery. Between this and the call nothing else may be awaited."""
    delivery = attempt.delivery
    current = await deps.store.current(delivery)
    now = deps.clock.now()
    if current is None or not is_at(current, delivery.attempts) or monotonic() >= attempt.until:
        return Outcome(Change)
    if current.cancelled:
        return _postponed(attempt, now)
    if now >= delivery.not_after:
        return _too_late(attempt, deps)
    return None


async def _send(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome:
    if withheld := await _withheld(attempt, deps):
        return withheld
    try:
        acceptance = await attempt.provider.send(message)
    except PermanentError:
        return replace(_failed(attempt, "destinationRejected", deps, permanent=True), verdict="works")
    except TransientError as error:
        return _postponed(attempt, deps.clock.now(), error)
    except OutcomeUnknownError:
        return await _unknown(attempt, message, deps)
    return _sent(attempt, acceptance, deps.clock.now())


async def _unknown(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome:
    """Nobody answered. Where another provider can carry the message, this one is asked at once, and not for long: who
    waits for a code should have it within seconds (ADR 0034)."""
    delivery, provider = attempt.delivery, attempt.provider
    if len(attempt.route) > 1 and isinstance(provider, Inquiring):
        with suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(ASK_WITHIN):
                found = await provider.find(message, since=delivery.first_claimed_at or delivery.requested_at)
            if found:
                return _sent(attempt, found, deps.clock.now())
    decide = partial(
        attempts.uncertain,
        attempt=delivery.attempts,
        at=deps.clock.now(),
        route=attempt.route,
        spread=JITTER.uniform(*SPREAD),
    )
    return Outcome(decide, verdict="fails")


def _sent(attempt: DeliveryAttempt, acceptance: Acceptance, at: datetime) -> Outcome:
    decide = partial(
        attempts.sent,
        provider=attempt.provider.name,
        message_id=acceptance.message_id,
        service=acceptance.service,
        at=at,
    )
    return Outcome(decide, accepted=True, verdict="works")


def _too_late(attempt: DeliveryAttempt, deps: Dependencies) -> Outcome:
    """The code died before the call. Where an earlier attempt failed, that is why."""
    delivery = attempt.delivery
    was_tried = delivery.uncertain or delivery.attempts - delivery.held > 1
    return _failed(attempt, "providerUnavailable" if was_tried else "expiredBeforeSending", deps)


def _failed(
    attempt: DeliveryAttempt, reason: DeliveryFailureReason, deps: Dependencies, *, permanent: bool = False
) -> Outcome:
    provider = None if reason in {"destinationMismatch", "expiredBeforeSending"} else attempt.provider.name
    return Outcome(partial(endings.failed, reason=reason, permanent=permanent, at=deps.clock.now(), provider=provider))


def _postponed(attempt: DeliveryAttempt, at: datetime, error: ProviderError | None = None) -> Outcome:
    """`error`: what the provider answered, if it was called."""
    asked = error.retry_after if isinstance(error, TransientError) else None
    seconds = asked * JITTER.uniform(1.0, SPREAD[1]) if asked else 0.0
    decide = partial(
        attempts.postponed,
        attempt=attempt.delivery.attempts,
        route=attempt.route,
        at=at,
        reason=error.reason if isinstance(error, TransientError) else "providerUnavailable",
        retry_after=timedelta(seconds=seconds),
        spread=JITTER.uniform(*SPREAD),
    )
    return Outcome(decide, verdict=_said_by(error), retry_after=seconds)


def _said_by(error: ProviderError | None) -> Verdict | None:
    """What an answer says of the provider. That it refused one message says nothing of the next one."""
    match error:
        case TransientError(retry_after=seconds) if seconds:
            return "throttles"
        case TransientError(of_message=True) | None:
            return None
    return "fails"
