"""Where challenges are kept, and how they are found."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import get_args

from pymongo import ASCENDING, DESCENDING

from schemas.base import Channel
from services.enrollment.challenges.domain.carried import CarriedMessage
from services.enrollment.challenges.domain.challenge import Challenge
from services.kit.ids import first_id_of
from services.kit.mongo.client import Document
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP_ENDED = timedelta(days=1)
CARRIED = [channel for channel in get_args(Channel) if channel != "local"]
"""Channels that carry something to a person."""
MOST_REQUESTS = 20
MOST_SHOWN = 50
GRACE = timedelta(seconds=60)
"""How long the verifier may take to say that a challenge expired before enrollment says so itself."""


RETRY_AT = {"state.retryAt": 1}


class Challenges(Documents[Challenge]):
    """Enrollment's view of challenges."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await ensure_index(self._collection, "state.terms.push.deviceId", sparse=True)
        await ensure_index(self._collection, "state.standsFor", sparse=True)
        await ensure_index(self._collection, "state.terms.code.destinationHash", sparse=True)
        await ensure_index(
            self._collection,
            "state.hosting.ticketHash",
            name="tickets",
            unique=True,
            partialFilterExpression={"state.hosting.ticketHash": {"$gt": ""}},  # with $type no question would use it
        )
        of_person = [("state.tenant", ASCENDING), ("state.user", ASCENDING), ("state.status", ASCENDING)]
        await ensure_index(self._collection, of_person)
        await ensure_index(self._collection, [("state.tenant", ASCENDING), ("_id", DESCENDING)])
        await ensure_index(self._collection, [("state.status", ASCENDING), ("state.terms.expiresAt", ASCENDING)])
        await ensure_index(self._collection, "state.endedAt", expireAfterSeconds=int(KEEP_ENDED.total_seconds()))

    async def of_device(self, device_id: str) -> list[Stored[Challenge]]:
        """Challenges that a device may still answer, newest first; expired ones among them."""
        pending = {"state.terms.push.deviceId": device_id, "state.status": "pending"}
        return await self.find(pending, sort=[("_id", DESCENDING)], limit=MOST_REQUESTS)

    async def asked_of_devices(self, device_ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The ids of what each of these devices may still answer, read without the rest."""
        criteria = {"state.terms.push.deviceId": {"$in": list(device_ids)}, "state.status": "pending"}
        asked: defaultdict[str, set[str]] = defaultdict(set)
        async for document in self._collection.find(criteria, {"state.terms.push.deviceId": 1}):
            asked[document["state"]["terms"]["push"]["deviceId"]].add(document["_id"])
        return {device_id: frozenset(ids) for device_id, ids in asked.items()}

    async def pending(self, tenant: str, user: str, method_id: str | None = None) -> list[Stored[Challenge]]:
        """Challenges of a person, or on one method, that nobody answered yet; expired ones among them. They are few, so
        that the method is looked for here, and an index answers all that is asked."""
        found = await self.find({"state.tenant": tenant, "state.user": user, "state.status": "pending"})
        return [stored for stored in found if method_id in {None, stored.state.method_id}]

    async def sent_to(self, tenant: str, user: str, *, since: datetime) -> list[Challenge]:
        """Challenges of a person for which a message was asked since then, newest first."""
        of_person = {"state.tenant": tenant, "state.user": user, "state.terms.createdAt": {"$gt": since}}
        newest = await self.find(of_person, sort=[("state.terms.createdAt", DESCENDING)], limit=MOST_SHOWN)
        return [stored.state for stored in newest if stored.state.is_sent]

    async def asked_of(self, hashes: Sequence[str], since: datetime) -> list[Challenge]:
        """Challenges, of whomever, whose newest message was asked for since then, to the same number or address."""
        to_it = {"$in": list(hashes)}
        criteria = {"state.terms.code.destinationHash": to_it, "state.delivery.requestedAt": {"$gt": since}}
        return [stored.state for stored in await self.find(criteria, limit=MOST_REQUESTS)]

    async def carried_since(self, tenant: str, since: datetime, *, limit: int) -> list[CarriedMessage]:
        """The newest messages of a tenant's challenges that were created since then, the newest first. Their ids say
        when they were; only what is counted is read."""
        criteria = {"_id": {"$gte": first_id_of(since)}, "state.tenant": tenant, "state.channel": {"$in": CARRIED}}
        wanted = {"state.channel": 1, "state.delivery": 1, "state.status": 1}
        found = self._collection.find(criteria, wanted, sort=[("_id", DESCENDING)], limit=limit)
        return [_carried(document["state"]) async for document in found]

    async def of_ticket(self, ticket_hash: str) -> Stored[Challenge] | None:
        """The challenge whose ticket has that hash."""
        found = await self.find({"state.hosting.ticketHash": ticket_hash}, limit=1)
        return found[0] if found else None

    async def standing_for(self, challenge_id: str) -> list[Stored[Challenge]]:
        return await self.find({"state.standsFor": challenge_id})

    async def cooling_down(self, tenant: str, user: str, now: datetime) -> list[Stored[Challenge]]:
        """Challenges of a person after whose failures a method still cools down, the longest cooldown last. Of each of
        the person's it is read until when, and hardly any is left."""
        criteria = {"state.tenant": tenant, "state.user": user}
        waits = {one["_id"]: one["state"].get("retryAt") async for one in self._collection.find(criteria, RETRY_AT)}
        ids = [identifier for identifier, until in waits.items() if until and until > now]
        found = await self.find({"_id": {"$in": ids}}) if ids else []
        return sorted(found, key=lambda stored: waits[stored.id])

    def overdue(self, now: datetime) -> AsyncIterator[Stored[Challenge]]:
        """Challenges that the verifier should have ended by now."""
        return self.each({"state.status": "pending", "state.terms.expiresAt": {"$lte": now - GRACE}})


def _carried(state: Document) -> CarriedMessage:
    delivery = state["delivery"]
    return CarriedMessage(
        channel=state["channel"],
        provider=delivery.get("provider"),
        country=delivery.get("country"),
        state=delivery["state"],
        is_used=state["status"] == "verified",
    )
