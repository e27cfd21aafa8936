"""Where messages are counted: a document a count and window, changed by one atomic update each."""

from collections.abc import Sequence
from datetime import timedelta

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from services.enrollment.budgets.domain import Count
from services.kit.mongo.client import Database
from services.kit.mongo.indexes import ensure_index

KEEP_OVER = timedelta(days=1)
"""Longer than clocks differ: the database ends documents by its own."""
DUPLICATE_KEY = 11000


class MessageCounts:
    """How many messages were asked for, by what they count against."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("message_counts")

    async def prepare(self) -> None:
        """Create the index; safe to repeat."""
        await ensure_index(self._collection, "until", expireAfterSeconds=int(KEEP_OVER.total_seconds()))

    async def reserve(self, counts: Sequence[Count]) -> Count | None:
        """Count a message against all of them, in one write; or against none, and the one that is full the longest.

        Whoever counts up does so only where there is room, in the same update: of many at once no more get in than
        there is room for.
        """
        full = [count for count in await self._refused(counts) if not await self._reserved_late(count)]
        if not full:
            return None
        await self.give_back([count for count in counts if count not in full])
        return max(full, key=lambda count: count.until)

    async def give_back(self, counts: Sequence[Count]) -> None:
        """A message that was counted is certainly not sent."""
        if counts:
            updates = [UpdateOne({"_id": count.id}, {"$inc": _by(count, -1)}) for count in counts]
            await self._collection.bulk_write(updates, ordered=False)

    async def _refused(self, counts: Sequence[Count]) -> list[Count]:
        """Those without room, or of which another one just made the document: there the insert finds the id taken."""
        updates = [
            UpdateOne(
                {"_id": count.id, **_has_room(count)},
                {"$inc": _by(count, 1), "$setOnInsert": {"until": count.until}},
                upsert=True,
            )
            for count in counts
        ]
        try:
            await self._collection.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failed):
                raise
            return [counts[failure["index"]] for failure in failed]
        return []

    async def _reserved_late(self, count: Count) -> bool:
        """Whether there is room in the document that is there by now."""
        update = {"$inc": _by(count, 1)}
        result = await self._collection.update_one({"_id": count.id, **_has_room(count)}, update)
        return result.modified_count == 1


def _by(count: Count, step: int) -> dict[str, int]:
    return {"all": step, f"for.{count.purpose}": step}


def _has_room(count: Count) -> dict[str, object]:
    """A purpose of which nothing was counted yet has no field, which is not below anything but not at its limit."""
    return {"all": {"$lt": count.in_all}, f"for.{count.purpose}": {"$not": {"$gte": count.for_purpose}}}
