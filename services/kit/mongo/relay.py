"""The only publisher: takes events from outboxes to Kafka, in the order of each document.

Right after a commit the process that made it publishes. A sweeper does it for processes that died: it takes documents
whose lease ran out. Marking is in bulk; an event that was published but not yet marked is published again after a
crash, with the same id.

Documents do not wait for one another: while Kafka does not take the events of one, nothing is held that another needs.
An event that Kafka will never take is put aside in its document, under `refused`, and those after it go on.
"""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from schemas.envelope import Envelope
from schemas.topics import Topic
from services.kit.backoff import backoff
from services.kit.clock import Clock, monotonic
from services.kit.ids import new_id
from services.kit.mongo.client import Collection, Document
from services.kit.mongo.indexes import ensure_index
from services.kit.mongo.metrics import REFUSED, WAITING
from services.kit.mongo.outbox import EventTooLargeError, Pending, from_document

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=15)
SWEEP_EVERY = 2.0
"""Seconds, the least between sweeps. Where none failed, the next is when the first lease runs out."""
SWEEP_LIMIT = 200
RENEW_AT_ONCE = 1_000
MARK_EVERY = 0.1
"""Under load that is many documents with one command. What was published meanwhile, and not yet marked, is published
again after a crash."""
RETRY_AFTER = 0.5
RETRY_CAP = 0.5
"""People wait for what is published once Kafka is back. A wait counts from when its attempt began: one that took its
5 s, as while Kafka is away, is followed by the next at once, which then waits for the producer."""
STOP_WITHIN = 3.0


class PublishFailedError(Exception):
    """Kafka did not take the event in time."""


class Publisher(Protocol):
    """Takes one event to Kafka and returns when all in-sync replicas have it."""

    async def publish(self, topic: Topic, envelope: Envelope) -> None:
        """Raises `PublishFailedError`, or `EventTooLargeError` if Kafka will never take it."""
        ...


@dataclass
class _Lane:
    """The unsent events of one document, in their order; `failed` once Kafka did not take one."""

    collection: Collection
    document_id: str
    queue: deque[Pending] = field(default_factory=deque)
    failed: bool = False


class Relay:
    """Publishes in the background; `start` before the first commit, `stop` after the last."""

    def __init__(self, publisher: Publisher, clock: Clock, *, owner: str | None = None) -> None:
        self._publisher = publisher
        self._clock = clock
        self._owner = owner or f"{os.getpid()}-{new_id()[-12:]}"
        self._sweeping = f"{self._owner}/sweeping"
        self._collections: dict[str, Collection] = {}
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._sent: list[tuple[Collection, str, str]] = []
        self._to_mark = asyncio.Event()
        self._to_renew = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._background: list[asyncio.Task[None]] = []
        WAITING.set_function(lambda: self.waiting)

    @property
    def waiting(self) -> int:
        return sum(len(lane.queue) for lane in self._lanes.values())

    def watch(self, collection: Collection) -> None:
        self._collections[collection.name] = collection

    def lease(self) -> Document:
        return {"owner": self._owner, "until": self._clock.now() + LEASE}

    def has(self, lease: Document | None) -> bool:
        """Whether this process took charge of all that waits in the document, when it committed to it last."""
        return lease is not None and lease["owner"] == self._owner

    def wake(self, collection: Collection, document_id: str, pending: Sequence[Pending]) -> None:
        """Publish these events of a document, after those of it that still wait."""
        if not pending:
            return
        key = (collection.name, document_id)
        lane = self._lanes.get(key)
        if lane is not None:
            lane.queue.extend(pending)
            return
        self._lanes[key] = _Lane(collection, document_id, deque(pending))
        task = asyncio.create_task(self._drain(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def prepare(self) -> None:
        """Create the index by which the sweeper finds what was left."""
        for collection in self._collections.values():
            await ensure_index(collection, "relay.until", sparse=True)

    def alive(self) -> bool:
        return not any(task.done() for task in self._background)

    def start(self) -> None:
        self._background = [asyncio.create_task(self._mark_always()), asyncio.create_task(self._sweep_always())]

    async def stop(self) -> None:
        """Give what waits a few seconds; what is left is swept by another process."""
        for task in self._background:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_WITHIN)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background, return_exceptions=True)
        with contextlib.suppress(PyMongoError):
            await self._mark()

    async def _drain(self, key: tuple[str, str]) -> None:
        lane = self._lanes[key]
        try:
            while lane.queue:
                pending = lane.queue[0]
                if await self._publish(lane, pending):
                    self._sent.append((lane.collection, lane.document_id, pending.envelope.id))
                    self._to_mark.set()
                lane.queue.popleft()
        finally:
            del self._lanes[key]

    async def _publish(self, lane: _Lane, pending: Pending) -> bool:
        """Try until Kafka has it; False if Kafka will never take it, and it was put aside."""
        for seconds in backoff(RETRY_AFTER, 2.0, RETRY_CAP):
            until = monotonic() + seconds
            try:
                await self._publisher.publish(pending.topic, pending.envelope)
            except PublishFailedError:
                lane.failed = True
                self._to_renew.set()
                log.warning("event waits for Kafka", type=pending.envelope.type, event_id=pending.envelope.id)
            except EventTooLargeError:
                await self._put_aside(lane, pending.envelope)
                return False
            else:
                return True
            await asyncio.sleep(max(0.0, until - monotonic()))
        raise AssertionError("waits never end")

    async def _put_aside(self, lane: _Lane, envelope: Envelope) -> None:
        """Move it from `outbox` to `refused`, where an operator finds it (docs/runbooks/outbox-grows.md)."""
        REFUSED.labels(envelope.type).inc()
        log.error(
            "an event is too large for Kafka and was put aside",
            collection=lane.collection.name,
            document=lane.document_id,
            type=envelope.type,
            event_id=envelope.id,
        )
        of_it = {"_id": lane.document_id, "outbox.id": envelope.id}
        for seconds in backoff(RETRY_AFTER, 2.0, RETRY_CAP):
            try:
                found = await lane.collection.find_one(of_it, {"outbox": 1})
                entries = [entry for entry in (found or {}).get("outbox", ()) if entry["id"] == envelope.id]
                if entries:
                    moved = {"$pull": {"outbox": {"id": envelope.id}}, "$push": {"refused": entries[0]}}
                    await lane.collection.update_one(of_it, moved)
                    await lane.collection.bulk_write([_drop(lane.document_id)])
            except PyMongoError:
                await asyncio.sleep(seconds)
            else:
                return

    async def _renew(self, collection: Collection) -> None:
        """Keep others off the documents whose events this process goes on trying to publish."""
        failed = [lane.document_id for lane in self._lanes.values() if lane.failed and lane.collection is collection]
        for start in range(0, len(failed), RENEW_AT_ONCE):
            await collection.update_many(
                {
                    "_id": {"$in": failed[start : start + RENEW_AT_ONCE]},
                    "relay.owner": {"$in": [self._owner, self._sweeping]},
                },
                {"$set": {"relay.until": self._clock.now() + LEASE}},
            )

    async def _mark_always(self) -> None:
        while True:
            await self._to_mark.wait()
            await asyncio.sleep(MARK_EVERY)
            self._to_mark.clear()
            try:
                await self._mark()
            except PyMongoError:
                log.warning("published events cannot be marked yet")
                self._to_mark.set()
                await asyncio.sleep(RETRY_AFTER)

    async def _mark(self) -> None:
        """Remove published events; only afterwards drop the leases of documents that have none left."""
        while self._sent:
            batch = self._sent[:500]
            grouped: dict[str, dict[str, list[str]]] = {}
            for collection, document_id, event_id in batch:
                grouped.setdefault(collection.name, {}).setdefault(document_id, []).append(event_id)
            for name, documents in grouped.items():
                await _mark_in(self._collections[name], documents)
            del self._sent[: len(batch)]

    async def _sweep_always(self) -> None:
        while True:
            self._to_renew.clear()
            quiet = 0.0
            try:
                quiet = min([await self._sweep(collection) for collection in self._collections.values()], default=0.0)
            except PyMongoError:
                log.warning("outboxes cannot be swept yet")
            await asyncio.sleep(SWEEP_EVERY)
            if quiet > SWEEP_EVERY and not any(lane.failed for lane in self._lanes.values()):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(quiet - SWEEP_EVERY):
                        await self._to_renew.wait()

    async def _sweep(self, collection: Collection) -> float:
        """Take over all that was left; in how many seconds more may be. What was looked at is leased, or is skipped."""
        now = self._clock.now()
        await self._renew(collection)
        while await self._sweep_some(collection):
            pass
        until = now + LEASE
        async for first in collection.find(_LEASED, {"relay.until": 1}, sort=[("relay.until", 1)], limit=1):
            until = min(until, first["relay"]["until"])
        return (until - now).total_seconds()

    async def _sweep_some(self, collection: Collection) -> bool:
        """Whether more may be left."""
        found = taken = 0
        left = collection.find(
            {"relay.until": {"$lt": self._clock.now()}}, {"outbox": 1, "relay": 1}, limit=SWEEP_LIMIT
        )
        async for document in left:
            found += 1
            if (collection.name, document["_id"]) in self._lanes:
                continue
            try:
                await self._take_over(collection, document)
                taken += 1
            except (KeyError, ValueError) as error:
                # Left by a newer version, most likely: it waits for one, and must not keep the others waiting.
                log.exception("an outbox cannot be read", document=document["_id"], exc_info=error)
        return found == SWEEP_LIMIT and taken > 0

    async def _take_over(self, collection: Collection, document: Document) -> None:
        """Publish what another process left. A commit of our own that comes between does so itself, before its events:
        the lease is not yet one that it takes for ours."""
        claimed = await collection.update_one(
            {
                "_id": document["_id"],
                "relay.owner": document["relay"]["owner"],
                "relay.until": document["relay"]["until"],
            },
            {"$set": {"relay": self.lease() | {"owner": self._sweeping}}},
        )
        if claimed.modified_count == 0:
            return
        current = await collection.find_one({"_id": document["_id"]}, {"outbox": 1})
        entries = (current or {}).get("outbox") or []
        if (collection.name, document["_id"]) in self._lanes:
            return
        if entries:
            log.info("publishing what another process left", document=document["_id"], events=len(entries))
            self.wake(collection, document["_id"], [from_document(entry) for entry in entries])
        else:
            await collection.update_one(_EMPTY | {"_id": document["_id"]}, {"$unset": {"relay": ""}})


_EMPTY: Document = {"outbox": {"$size": 0}}
_LEASED: Document = {"relay.until": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}  # `$exists` no index would answer


async def _mark_in(collection: Collection, documents: Mapping[str, Sequence[str]]) -> None:
    """One update a document where nothing else waits in it, as nearly always; else all of them in two: remove, then
    drop the leases of those that have none left."""
    emptied = await collection.bulk_write([_empty(key, ids) for key, ids in documents.items()], ordered=True)
    if emptied.matched_count < len(documents):
        pulls = [UpdateOne({"_id": key}, {"$pull": {"outbox": {"id": {"$in": ids}}}}) for key, ids in documents.items()]
        await collection.bulk_write([*pulls, *map(_drop, documents)], ordered=True)


def _empty(document_id: str, event_ids: Sequence[str]) -> UpdateOne:
    """Matches while these events, in their order, are all that waits."""
    waiting: Document = {f"outbox.{place}.id": event_id for place, event_id in enumerate(event_ids)}
    return UpdateOne(
        {"_id": document_id, "outbox": {"$size": len(event_ids)}, **waiting},
        {"$set": {"outbox": []}, "$unset": {"relay": ""}},
    )


def _drop(document_id: str) -> UpdateOne:
    return UpdateOne(_EMPTY | {"_id": document_id}, {"$unset": {"relay": ""}})
