"""Queue what is requested."""

from collections.abc import Callable
from functools import partial

from schemas.enrollment import MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from services.kit.clock import Clock, monotonic
from services.kit.ids import new_id
from services.notifier import metrics
from services.notifier.domain import endings, queueing
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.lateness import Usual
from services.notifier.store import Store

Place = Callable[[Delivery], Delivery]
"""Gives a delivery to the provider whose turn it is."""


def stays(delivery: Delivery) -> Delivery:
    return delivery


async def accept_request(
    event: MethodRequested,
    envelope: Envelope,
    *,
    store: Store,
    clock: Clock,
    provider: str,
    usual: Usual,
    place: Place = stays,
) -> Delivery | None:
    """Queue the delivery; None for a redelivered request, and where the challenge is over. That is looked for before
    and after: whoever cancels remembers it before looking for what is queued. `provider` is the channel's first."""
    if await store.is_cancelled(envelope.tenant, event.terms.challenge_id):
        metrics.DELIVERIES.labels(event.channel, provider, "cancelled").inc()
        return None
    now = clock.now()
    requested = queueing.requested(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=now,
        usual=usual.after(now - event.requested_at, monotonic()),
    )
    delivery = place(requested)
    added = await store.add(delivery, envelope)
    if await store.is_cancelled(envelope.tenant, event.terms.challenge_id):
        await store.change(delivery, partial(endings.cancelled, at=clock.now()))
    return delivery if added else None


async def accept_notice(
    event: NoticeRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str, place: Place = stays
) -> Delivery | None:
    """Queue a notice; None for a redelivered request."""
    notified = queueing.notified(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=clock.now(),
    )
    delivery = place(notified)
    return delivery if await store.add(delivery, envelope) else None
