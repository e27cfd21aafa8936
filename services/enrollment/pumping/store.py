"""Where traffic is remembered: a few small documents a message, each changed by one atomic update."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.errors import BulkWriteError

from services.enrollment.pumping.domain import HOURS_KEPT
from services.enrollment.pumping.traffic import HOUR, MOST_OPEN, Found, Mark, country_id, hours_to_add, unused_in
from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents
from services.kit.mongo.indexes import ensure_index
from services.kit.state import State

KEPT: Final = timedelta(days=2)
USUAL_KEPT: Final = timedelta(days=30)
DECISIONS_KEPT: Final = timedelta(days=7)
DUPLICATE_KEY: Final = 11000


class SendDecision(State):
    """That a message was observed or refused, and why; its event says the same. Of before 2026-11-30 only `at` is
    kept."""

    at: datetime
    tenant: str = ""
    country: str | None = None
    signals: tuple[str, ...] = ()
    is_refused: bool = False


class SendDecisions(Documents[SendDecision]):
    """One document a decision, which carries its event."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await ensure_index(self._collection, "state.at", expireAfterSeconds=int(DECISIONS_KEPT.total_seconds()))
        await ensure_index(self._collection, [("state.tenant", ASCENDING), ("state.at", DESCENDING)])

    async def since(self, tenant: str, moment: datetime, *, limit: int) -> list[SendDecision]:
        """Decisions of a tenant from that moment on, the newest first."""
        criteria = {"state.tenant": tenant, "state.at": {"$gte": moment}}
        return [stored.state for stored in await self.find(criteria, sort=[("state.at", DESCENDING)], limit=limit)]


class Traffic:
    """Messages by country, range and network. Nothing of it is needed for longer than two days, but the usual."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("message_traffic")

    async def prepare(self) -> None:
        """Create the index; safe to repeat."""
        await ensure_index(self._collection, "until", expireAfterSeconds=0)

    async def asked(self, mark: Mark) -> None:
        """Count a message, before it is judged: of many at once, each sees the others."""
        until = mark.at + KEPT
        updates = [
            _counted(mark.country_id, {"$inc": {f"asked.{mark.minute}": 1}}, until),
            _counted(mark.range_id, _opened(mark, mark.suffix), until),
            _counted(mark.message_id, {"$push": {"marks": {"$each": [_kept(mark)], "$slice": -8}}}, until),
        ]
        if mark.network_id:
            updates.append(_counted(mark.network_id, _opened(mark, mark.country), until))
        await self._write(updates)

    async def withdrawn(self, mark: Mark) -> None:
        """It is not sent after all: what is refused keeps nobody out."""
        updates = [
            UpdateOne({"_id": mark.country_id}, {"$inc": {f"asked.{mark.minute}": -1}}),
            *(_closed(place, mark.by, at=mark.at) for place in (mark.range_id, mark.network_id) if place),
            UpdateOne({"_id": mark.message_id}, {"$pull": {"marks": {"at": mark.at}}}),
        ]
        await self._write(updates)

    async def used(self, tenant: str, challenge_id: str) -> None:
        """A code was used. Once: who comes second changes nothing."""
        message = f"{tenant}/message/{challenge_id}"
        first = {"_id": message, "used": {"$exists": False}}
        result = await self._collection.update_one(first, {"$set": {"used": True}})
        document = await self._collection.find_one({"_id": message}) if result.modified_count else None
        if document is None:
            return
        marks = [Mark(tenant=tenant, by=challenge_id, **kept) for kept in document.get("marks", ())]
        closing = {"$pull": {"open": {"by": challenge_id}}, "$inc": {"used": 1}}
        places = (place for one in marks for place in (one.range_id, one.network_id) if place)
        updates = [UpdateOne({"_id": one.country_id}, {"$inc": {f"used.{one.minute}": 1}}) for one in marks]
        await self._write([*updates, *(UpdateOne({"_id": place}, closing) for place in places)])

    async def read(self, mark: Mark) -> Found:
        """What is known when it is asked for. The first of an hour brings the usual up to date."""
        found = await self._documents(mark.looked_at)
        usual = found.get(mark.usual_id)
        if usual is None:
            first = mark.at.replace(minute=0, second=0, microsecond=0)
            insert = {"$setOnInsert": {"hours": [], "known": first, "until": mark.at + USUAL_KEPT}}
            await self._write([UpdateOne({"_id": mark.usual_id}, insert, upsert=True)])
        elif hours := hours_to_add(usual["known"], mark.at):
            return {**found, mark.usual_id: await self._brought_up(mark, usual["known"], hours)}
        return found

    async def _brought_up(self, mark: Mark, known: datetime, hours: Sequence[datetime]) -> dict[str, Any]:
        """By whoever comes first; the other reads what that wrote."""
        ids = [country_id(mark.tenant, mark.country, hour) for hour in hours]
        found = await self._documents(ids)
        figures = [unused_in(found.get(one, {})) for one in ids]
        until = {"known": hours[-1] + HOUR, "until": mark.at + USUAL_KEPT}
        await self._collection.update_one(
            {"_id": mark.usual_id, "known": known},
            {"$push": {"hours": {"$each": figures, "$slice": -HOURS_KEPT}}, "$set": until},
        )
        return await self._collection.find_one({"_id": mark.usual_id}) or {}

    async def _documents(self, ids: Sequence[str]) -> dict[str, Any]:
        return {document["_id"]: document async for document in self._collection.find({"_id": {"$in": list(ids)}})}

    async def _write(self, updates: Sequence[UpdateOne]) -> None:
        """All of them. Where another one just made the document, once more: it is there now."""
        if not updates:
            return
        try:
            await self._collection.bulk_write(list(updates), ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failed):
                raise
            await self._collection.bulk_write([updates[failure["index"]] for failure in failed], ordered=False)


def _counted(document_id: str, update: dict[str, Any], until: datetime) -> UpdateOne:
    return UpdateOne({"_id": document_id}, {**update, "$setOnInsert": {"until": until}}, upsert=True)


def _opened(mark: Mark, value: object) -> dict[str, Any]:
    entry = {"by": mark.by, "at": mark.at, "v": value}
    return {"$push": {"open": {"$each": [entry], "$slice": -MOST_OPEN}}}


def _closed(document_id: str, by: str, **more: datetime) -> UpdateOne:
    return UpdateOne({"_id": document_id}, {"$pull": {"open": {"by": by, **more}}})


def _kept(mark: Mark) -> dict[str, Any]:
    return {name: value for name, value in vars(mark).items() if name not in {"tenant", "by"}}
