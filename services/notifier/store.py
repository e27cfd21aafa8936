"""Where deliveries and the limits of numbers are kept, and how what is due is found."""

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING

from schemas.base import Purpose
from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.config.messages import Budget
from services.kit.decision import Change
from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents, DuplicateDocumentError, StaleDocumentError, Stored
from services.kit.mongo.indexes import ensure_index
from services.kit.mongo.reading import UnreadableDocumentError
from services.kit.mongo.relay import Relay
from services.notifier.domain.breakers import CLOSED, Breaker, probing, standing
from services.notifier.domain.cancellation import Cancellation, cancellation_id
from services.notifier.domain.delivery import OPEN, Delivery, Status, document_id
from services.notifier.domain.limits import LimitReached, Sends, take, together

SOURCE = "notifier"
KEEP_ENDED = timedelta(days=1)
KEEP_SENDS = timedelta(days=2)
KEEP_CANCELLED = timedelta(days=1)
"""Longer than any code lives, and as long as requests are kept."""
MOST_IN_WORK = 200
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    database: Database
    deliveries: Documents[Delivery]
    sends: Documents[Sends]
    cancellations: Documents[Cancellation]
    breakers: Documents[Breaker]

    @classmethod
    def open(cls, database: Database, relay: Relay, clock: Clock) -> "Store":
        """The store in `database`, whose events `relay` publishes."""
        return cls(
            database,
            Documents(database.collection("deliveries"), Delivery, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("sends"), Sends, relay=relay, clock=clock, source=SOURCE, tells=False),
            Documents(
                database.collection("cancellations"),
                Cancellation,
                relay=relay,
                clock=clock,
                source=SOURCE,
                tells=False,
            ),
            Documents(database.collection("breakers"), Breaker, relay=relay, clock=clock, source=SOURCE, tells=False),
        )

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        deliveries, sends = self.database.collection("deliveries"), self.database.collection("sends")
        await ensure_index(deliveries, "state.id", unique=True)
        await ensure_index(
            deliveries, [(f"state.{name}", ASCENDING) for name in ("channel", "status", "provider", "nextAttemptAt")]
        )
        await ensure_index(deliveries, [("state.endedAt", ASCENDING), ("state.notAfter", ASCENDING)])
        await ensure_index(deliveries, "state.endedAt", expireAfterSeconds=int(KEEP_ENDED.total_seconds()))
        await ensure_index(sends, "state.lastAt", expireAfterSeconds=int(KEEP_SENDS.total_seconds()))
        cancellations = self.database.collection("cancellations")
        await ensure_index(cancellations, "state.at", expireAfterSeconds=int(KEEP_CANCELLED.total_seconds()))

    async def add(self, delivery: Delivery, cause: Envelope) -> bool:
        """Queue a delivery; False if this send of the challenge, or this notice, was queued before."""
        try:
            await self.deliveries.insert(document_id(delivery), delivery, cause=cause)
        except DuplicateDocumentError:
            return False
        return True

    async def due(
        self, channel: str, provider: str, *, adopted_from: Collection[str] | None, now: datetime, limit: int
    ) -> list[Stored[Delivery]]:
        """What waits for `provider` and is to be tried now, the longest waiting first.

        `adopted_from`: the other configured providers, given to the first provider alone: it takes over what belongs
        to none of them, because the configuration has changed.
        """
        waiting = _of(channel, "queued", provider, adopted_from) | {"state.nextAttemptAt": {"$gt": EVER, "$lte": now}}
        return await self.deliveries.find(waiting, sort=[("state.nextAttemptAt", ASCENDING)], limit=limit)

    async def in_work(
        self, channel: str, provider: str, *, adopted_from: Collection[str] | None
    ) -> list[Stored[Delivery]]:
        """What somebody has claimed for `provider`; `adopted_from` as in `due`."""
        return await self.deliveries.find(_of(channel, "sending", provider, adopted_from), limit=MOST_IN_WORK)

    async def claim(self, stored: Stored[Delivery], claimed: Delivery) -> Stored[Delivery] | None:
        """Write the claim; None if anything became of the delivery since it was read: somebody else was quicker, or it
        was cancelled."""
        try:
            return await self.deliveries.save(stored, claimed)
        except StaleDocumentError:
            return None

    async def hand_over(self, stored: Stored[Delivery], delivery: Delivery) -> bool:
        """Write whose turn it is now; False if anything became of the delivery since it was read."""
        return await self.claim(stored, delivery) is not None

    async def standings(self) -> dict[str, Breaker]:
        """What all replicas know of the providers, by name."""
        return {stored.id: stored.state for stored in await self.breakers.find({})}

    async def note_breaker(self, provider: str, decide: Callable[[Breaker], Breaker]) -> Breaker:
        changed = await self.breakers.change_or_insert(provider, CLOSED, lambda known: Change(decide(known)))
        return changed.state

    async def probe(self, provider: str, *, at: datetime) -> bool:
        """Whether this is the one message that finds out whether the provider works again."""
        try:
            stored = await self.breakers.get(provider)
        except UnreadableDocumentError:
            return False
        if stored is None or standing(stored.state, at) != "due":
            return False
        try:
            await self.breakers.save(stored, probing(stored.state, at))
        except StaleDocumentError:
            return False
        return True

    async def change(self, delivery: Delivery, decide: Callable[[Delivery], Change[Delivery]]) -> Delivery | None:
        stored = await self.deliveries.change(document_id(delivery), decide)
        return stored.state if stored else None

    async def current(self, delivery: Delivery) -> Delivery | None:
        """The delivery as it is now."""
        stored = await self.deliveries.get(document_id(delivery))
        return stored.state if stored else None

    async def note_cancelled(self, tenant: str, challenge_id: str, *, at: datetime) -> None:
        """Remember that a challenge is over; safe to repeat."""
        with contextlib.suppress(DuplicateDocumentError):
            await self.cancellations.insert(cancellation_id(tenant, challenge_id), Cancellation(at=at))

    async def is_cancelled(self, tenant: str, challenge_id: str) -> bool:
        return await self.cancellations.get(cancellation_id(tenant, challenge_id)) is not None

    async def of_challenge(self, tenant: str, challenge_id: str) -> list[Delivery]:
        """All deliveries of a challenge; `;` follows `:` in order."""
        first = f"{tenant}/{challenge_id}"
        found = await self.deliveries.find({"_id": {"$gt": f"{first}:", "$lt": f"{first};"}})
        return [stored.state for stored in found]

    async def by_id(self, delivery_id: str) -> Delivery | None:
        """The delivery that a provider's callback is about."""
        found = await self.deliveries.find({"state.id": delivery_id}, limit=1)
        return found[0].state if found else None

    async def overdue(self, now: datetime, *, unless_sent: datetime) -> AsyncIterator[Stored[Delivery]]:
        """Open deliveries whose time is over, the longest first; those that may have been sent, only where it was over
        at `unless_sent`."""
        criteria = {"state.endedAt": None, "state.notAfter": {"$lte": now}}
        async for stored in self.deliveries.each(criteria, sort=[("state.notAfter", ASCENDING)]):
            delivery = stored.state
            is_certainly_not_sent = delivery.status == "queued" and delivery.uncertain is None
            if is_certainly_not_sent or delivery.not_after <= unless_sent:
                yield stored

    async def has_open(self) -> bool:
        """Whether anything waits at all, or is being sent."""
        return await self.database.collection("deliveries").find_one({"state.endedAt": None}, {"_id": 1}) is not None

    async def depth(self, channel: str, provider: str) -> int:
        """How many deliveries wait for `provider` or are being sent."""
        waiting = {"state.channel": channel, "state.status": {"$in": sorted(OPEN)}, "state.provider": provider}
        return await self.database.collection("deliveries").count_documents(waiting)

    async def take(
        self, number_hashes: Sequence[str], delivery: Delivery, purpose: Purpose | None, budget: Budget, *, at: datetime
    ) -> LimitReached | None:
        """Count a message against the limits of its number, in one write; None if it may be sent. It is counted by the
        first of its hashes; what was counted by another, under an `index` key that is being rotated, counts as well."""
        key, *others = (f"{delivery.tenant}/{number_hash}" for number_hash in number_hashes)
        while True:
            stored = await self.sends.get(key)
            counted = [other.state for name in others if (other := await self.sends.get(name))]
            sends = together(stored.state if stored else Sends(), *counted)
            taken = take(sends, delivery.id, purpose, budget, at=at)
            if isinstance(taken, LimitReached):
                return taken
            try:
                if stored is None:
                    await self.sends.insert(key, taken)
                elif taken != stored.state:
                    await self.sends.save(stored, taken)
            except (DuplicateDocumentError, StaleDocumentError):
                continue
            return None


def _of(channel: str, status: Status, provider: str, adopted_from: Collection[str] | None) -> dict[str, Any]:
    whose: object = provider if adopted_from is None else {"$nin": sorted(adopted_from)}
    return {"state.channel": channel, "state.status": status, "state.provider": whose}
