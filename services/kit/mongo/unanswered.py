"""Writes whose answer has not come yet, or never will: whether their events wait in the database is not known.

Such a write may have reached the database although the driver raised. Whoever reads its document next finds its events
there and has them published, before events of a later commit can overtake them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from services.kit.clock import monotonic
from services.kit.mongo.client import Collection, DatabaseError, Document
from services.kit.mongo.outbox import Pending
from services.kit.mongo.relay import Relay

log = structlog.get_logger(__name__)

LOOK_AFTER = 0.25
LOOK_CAP = 5.0
LOOK_FOR = 15.0
"""Seconds after the first look that the database answered: longer than it takes to work off what it has received."""
LOOK_AT = 500


@dataclass(eq=False)
class Write:
    """A write on the document of `version` (0: a new one), and what is to be published once it is done.

    `is_found` once somebody saw it in the database and had its events published.
    """

    document_id: str
    version: int
    events: Sequence[Pending]
    publishes: Sequence[Pending]
    is_found: bool = False
    is_lost: bool = False
    looked_since: float | None = None


class Unanswered:
    """Those of one collection and this process."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self._collection = collection
        self._relay = relay
        self._writes: dict[str, list[Write]] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def writing(
        self, document_id: str, version: int, events: Sequence[Pending], unsent: Sequence[Pending] = ()
    ) -> Iterator[Write]:
        """Know of the write while it goes on, and longer if it ends with an error: a refusal is one as well, for the
        driver may have tried a second time after the first had succeeded. `unsent` are published before its `events`.
        """
        write = Write(document_id, version, events, (*unsent, *events))
        if events:
            self._writes.setdefault(document_id, []).append(write)
        try:
            yield write
        except BaseException:
            write.is_lost = bool(events) and not write.is_found
            self._look_again()
            raise
        finally:
            if not write.is_lost:
                self._forget(write)

    def find_in(self, document: Document) -> None:
        """Have published what the document, as it was just read, holds of such writes."""
        writes = self._writes.get(document["_id"])
        if not writes:
            return
        waiting = {entry["id"] for entry in document.get("outbox", ())}
        for write in tuple(writes):
            if any(pending.envelope.id in waiting for pending in write.events):
                write.is_found = True
                self._forget(write)
                if self._relay.has(document.get("relay")):
                    self._relay.wake(self._collection, write.document_id, write.publishes)
            elif write.is_lost and document["version"] > write.version:
                self._forget(write)

    def _forget(self, write: Write) -> None:
        writes = self._writes.get(write.document_id, [])
        if write in writes:
            writes.remove(write)
        if not writes:
            self._writes.pop(write.document_id, None)

    def _look_again(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Until each lost write was found, or can no longer come; nobody else may read its document for long."""
        delay = LOOK_AFTER
        while lost := [write for writes in self._writes.values() for write in writes if write.is_lost]:
            await asyncio.sleep(delay)
            wanted = {"_id": {"$in": [write.document_id for write in lost[:LOOK_AT]]}}
            try:
                async for document in self._collection.find(wanted, {"version": 1, "outbox": 1, "relay": 1}):
                    self.find_in(document)
            except DatabaseError:
                delay = min(delay * 2, LOOK_CAP)
                continue
            delay = LOOK_AFTER
            self._give_up(lost[:LOOK_AT])

    def _give_up(self, looked_at: Sequence[Write]) -> None:
        now = monotonic()
        for write in looked_at:
            write.looked_since = write.looked_since or now
            if now - write.looked_since > LOOK_FOR:
                self._forget(write)
