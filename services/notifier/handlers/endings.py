"""End what was cancelled or is overdue, and note the receipts of providers."""

from datetime import timedelta
from functools import partial

from schemas.enrollment import ChallengeCancelled
from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.mongo.deadlines import end_each
from services.kit.mongo.document import Stored
from services.notifier import metrics
from services.notifier.domain import endings
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.receipts import DeliveryReceipt, acknowledged
from services.notifier.store import Store

MINUTE = timedelta(minutes=1)


async def cancel_deliveries(event: ChallengeCancelled, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """What is queued for the challenge is not sent any more, whatever its channel. It is remembered first, for requests
    that are still under way."""
    await store.note_cancelled(envelope.tenant, event.challenge_id, at=clock.now())
    for delivery in await store.of_challenge(envelope.tenant, event.challenge_id):
        after = await store.change(delivery, partial(endings.cancelled, at=clock.now()))
        if delivery.is_open and after and after.status == "cancelled":
            _count(after, "cancelled")


async def note_receipt(
    delivery: Delivery, receipt: DeliveryReceipt, *, provider: str, store: Store, clock: Clock
) -> None:
    after = await store.change(delivery, partial(acknowledged, receipt=receipt, provider=provider, at=clock.now()))
    if after and after.status != delivery.status:
        _count(after, after.reason or after.status)
        if after.status == "delivered":
            metrics.count_message(delivery.channel, provider, delivery.country, "delivered")


async def end_overdue(*, store: Store, clock: Clock) -> int:
    """End the deliveries whose time is over; how many. What may still be told of has a minute more."""
    now = clock.now()

    async def end(stored: Stored[Delivery]) -> Stored[Delivery] | None:
        after = await store.deliveries.change(stored.id, partial(endings.overdue, at=now))
        if after and after.version != stored.version and after.state.reason:
            _count(after.state, after.state.reason)
        return after

    return await end_each(store.overdue(now, unless_sent=now - MINUTE), end)


def _count(delivery: Delivery, outcome: str) -> None:
    metrics.DELIVERIES.labels(delivery.channel, delivery.provider, outcome).inc()
