"""Queue what is requested."""

from functools import partial

from schemas.enrollment import MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.ids import new_id
from services.notifier import metrics
from services.notifier.domain import endings, queueing
from services.notifier.store import Store


async def accept_request(
    event: MethodRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str
) -> bool:
    """Queue the delivery; False for a redelivered request, and where the challenge is over. That is looked for before
    and after: whoever cancels remembers it before looking for what is queued."""
    if await store.is_cancelled(envelope.tenant, event.terms.challenge_id):
        metrics.DELIVERIES.labels(event.channel, provider, "cancelled").inc()
        return False
    delivery = queueing.requested(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=clock.now(),
    )
    added = await store.add(delivery, envelope)
    if await store.is_cancelled(envelope.tenant, event.terms.challenge_id):
        await store.change(delivery, partial(endings.cancelled, at=clock.now()))
    return added


async def accept_notice(
    event: NoticeRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str
) -> bool:
    """Queue a notice; False for a redelivered request."""
    delivery = queueing.notified(
        event,
        delivery_id=new_id(),
        tenant=envelope.tenant,
        user=envelope.subject or "",
        provider=provider,
        traceparent=envelope.traceparent,
        at=clock.now(),
    )
    return await store.add(delivery, envelope)
