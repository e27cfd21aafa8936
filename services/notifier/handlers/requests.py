"""Queue what is requested."""

from schemas.enrollment import MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.ids import new_id
from services.notifier.domain import queueing
from services.notifier.store import Store


async def accept_request(
    event: MethodRequested, envelope: Envelope, *, store: Store, clock: Clock, provider: str
) -> bool:
    """Queue the delivery; False for a redelivered request."""
    delivery = queueing.requested(
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
