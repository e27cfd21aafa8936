"""Documents with compare-and-set, an inbox and an outbox: new state, consumed and emitted events in one write.

Layout: `{_id, version, state, inbox: [event id], outbox: [pending event], relay: {owner, until}}`. `relay` exists only
while the outbox is not empty; it names who publishes, and until when nobody else may. How a document is read is said in
`reading`, how the order of events outlives a lost answer in `unanswered`.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from services.kit.mongo.client import Collection, Document
from services.kit.mongo.outbox import Pending, enclose, to_document
from services.kit.mongo.reading import Reader, UnreadableDocumentError
from services.kit.mongo.recent import Recent
from services.kit.mongo.relay import Relay
from services.kit.mongo.unanswered import Unanswered
from services.kit.telemetry import traceparent_header

S = TypeVar("S", bound=BaseModel)

INBOX_SIZE = 64
MAX_CONFLICTS = 50


class DuplicateDocumentError(Exception):
    """A document with this id, or with another unique value of it, exists already."""


class StaleDocumentError(Exception):
    """Somebody else changed the document since it was read."""


class AlreadyHandledError(Exception):
    """The event that causes this change was handled before."""


@dataclass(frozen=True)
class Stored(Generic[S]):
    """A state as it was read, with the version that a change must still find.

    `unsent` are events of earlier changes that another process has not published yet, or never will: who changes the
    document next publishes them before its own, so that their order holds. Some may so be published twice.
    None where one of them is of a kind that is not known here: what is committed then waits behind them for a process
    that knows it.
    """

    id: str
    version: int
    state: S
    inbox: tuple[str, ...] = field(default=(), repr=False)
    unsent: tuple[Pending, ...] | None = field(default=(), repr=False, compare=False)

    def has_handled(self, cause: Envelope | None) -> bool:
        """Whether that event is in the inbox."""
        return cause is not None and cause.id in self.inbox


class Documents(Generic[S]):
    """The documents of one aggregate. `remembers` of those that this process wrote last, few that are over, if no id is
    given twice: then a change begins there (`recent`). What never `tells` anything has no outbox to look after."""

    def __init__(
        self,
        collection: Collection,
        state: type[S],
        *,
        relay: Relay,
        clock: Clock,
        source: str,
        remembers: int = 0,
        is_over: Callable[[S], bool] = lambda _: False,
        tells: bool = True,
    ) -> None:
        self._collection = collection
        self._reader = Reader(collection.name, state)
        self._unanswered = Unanswered(collection, relay)
        self._relay = relay
        self._clock = clock
        self._source = source
        self._recent: Recent[Stored[S]] = Recent(remembers)
        self._is_over = is_over
        self._tells = tells
        if tells:
            relay.watch(collection)

    async def get(self, document_id: str) -> Stored[S] | None:
        """Raises `UnreadableDocumentError`."""
        return self._stored(await self._collection.find_one({"_id": document_id}, _PROJECTION))

    async def find(
        self, criteria: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> list[Stored[S]]:
        """The documents that match and can be read; names are those of the stored layout (`state.…`)."""
        return [stored async for stored in self.each(criteria, sort=sort, limit=limit)]

    async def each(
        self, criteria: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> AsyncIterator[Stored[S]]:
        """As `find`, one by one as they come: for many."""
        async for document in self._collection.find(criteria, _PROJECTION, sort=list(sort) or None, limit=limit):
            with contextlib.suppress(UnreadableDocumentError):
                if stored := self._stored(document):
                    yield stored

    async def versions(self) -> dict[str, int]:
        """The version of every document, by id: for few, to see which have changed without reading them."""
        return {found["_id"]: found["version"] async for found in self._collection.find({}, {"version": 1})}

    async def insert(
        self,
        document_id: str,
        state: S,
        emissions: Sequence[Emission] = (),
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,
    ) -> Stored[S]:
        """Create a document together with its first events.

        Raises:
            DuplicateDocumentError: it exists already.
        """
        pending = self._enclosed(emissions, cause or follows)
        inbox = [cause.id] if cause else []
        document: Document = {"_id": document_id, "version": 1, "state": _dump(state), "inbox": inbox}
        if pending:
            document |= {"outbox": [to_document(entry) for entry in pending], "relay": self._relay.lease()}
        try:
            with self._unanswered.writing(document_id, 0, pending) as write:
                await self._collection.insert_one(document)
        except DuplicateKeyError:
            raise DuplicateDocumentError(document_id) from None
        if not write.is_found:
            self._relay.wake(self._collection, document_id, pending)
        return self._remembered(Stored(document_id, 1, state, tuple(inbox)))

    async def save(
        self,
        stored: Stored[S],
        state: S,
        emissions: Sequence[Emission] = (),
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,
    ) -> Stored[S]:
        """Replace the state if nobody changed the document and `cause` was not handled, and queue the events.

        Raises:
            AlreadyHandledError: `cause` is in the inbox.
            StaleDocumentError: the version is not the one that was read.
        """
        if cause and stored.has_handled(cause):
            raise AlreadyHandledError(cause.id)
        pending = self._enclosed(emissions, cause or follows)
        ours = () if stored.unsent is None else pending
        with self._unanswered.writing(stored.id, stored.version, ours, stored.unsent or ()) as write:
            result = await self._collection.update_one(
                {"_id": stored.id, "version": stored.version},
                self._update(state, pending, cause, takes_charge=bool(ours)),
            )
            if result.modified_count == 0:
                raise StaleDocumentError(stored.id)
        if ours and not write.is_found:
            self._relay.wake(self._collection, stored.id, write.publishes)
        inbox = (*stored.inbox, cause.id) if cause else stored.inbox
        unsent = () if ours else stored.unsent
        return self._remembered(Stored(stored.id, stored.version + 1, state, inbox[-INBOX_SIZE:], unsent))

    async def change(
        self,
        document_id: str,
        decide: Callable[[S], Change[S]],
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,
        known: Stored[S] | None = None,
    ) -> Stored[S] | None:
        """Read, decide and save until nobody interferes; a cause handled before changes nothing. None: no document.

        `decide` must be pure: it may run several times. `follows` is the event behind a later step of the same use
        case, whose first step has it in the inbox already; the events that are emitted name it as their cause.

        `known` is the document as the same use case read or wrote it last, and saves a reading: what is decided on it
        counts if it can be written, because then it is still so. What would change nothing, or is refused, is decided
        on what is read.
        """
        known = known or self._recent.find(document_id)
        if known is not None and (written := await self._go_on(known, decide, cause, follows)):
            return written
        for _ in range(MAX_CONFLICTS):
            stored = await self.get(document_id)
            if stored is None or stored.has_handled(cause):
                return stored
            change = decide(stored.state)
            if not _has_effect(change, stored, cause):
                return stored
            try:
                return await self.save(stored, change.state, change.emissions, cause, follows=follows)
            except StaleDocumentError:
                continue
        raise StaleDocumentError(document_id)

    async def change_or_insert(
        self,
        document_id: str,
        fresh: S,
        decide: Callable[[S], Change[S]],
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,
        known: Stored[S] | None = None,
        likely_new: bool = False,
    ) -> Stored[S]:
        """As `change`; where there is no document, decide on `fresh` and create it with the result. What is
        `likely_new` is looked for only where it cannot be created."""
        for attempt in range(MAX_CONFLICTS):
            is_sought = attempt > 0 or not likely_new
            if is_sought and (stored := await self.change(document_id, decide, cause, follows=follows, known=known)):
                return stored
            first = decide(fresh)
            try:
                return await self.insert(document_id, first.state, first.emissions, cause, follows=follows)
            except DuplicateDocumentError:
                known = None
        raise StaleDocumentError(document_id)

    async def suppose(
        self, document_id: str, supposed: S, decide: Callable[[S], Change[S]], *, apart_from: Set[str] = frozenset()
    ) -> Stored[S] | None:
        """The change that follows from what the document most likely says, in one round trip; None, with nothing
        written, where it says something else or the change has events. Fields `apart_from` may say anything: `decide`
        must neither read nor change them."""
        change, said = decide(supposed), _dump(supposed)
        changed = {f"state.{name}": value for name, value in _dump(change.state).items() if value != said[name]}
        if change.emissions or not changed:
            return None
        so = {f"state.{name}": value for name, value in said.items() if name not in apart_from} | {"_id": document_id}
        update = {"$set": changed, "$inc": {"version": 1}}
        after = ReturnDocument.AFTER
        found = await self._collection.find_one_and_update(so, update, _PROJECTION, return_document=after)
        return self._remembered(written) if (written := self._stored(found)) else None

    def recall(self, document_id: str) -> Stored[S] | None:
        """As this process wrote it last, if it remembers: it may be another one by now."""
        return self._recent.find(document_id)

    async def delete(self, document_id: str) -> None:
        await self._collection.delete_one({"_id": document_id})

    async def _go_on(
        self, known: Stored[S], decide: Callable[[S], Change[S]], cause: Envelope | None, follows: Envelope | None
    ) -> Stored[S] | None:
        """The change that follows from what is known; None where there is none, or the document is another one now."""
        if known.has_handled(cause):
            return None
        try:
            change = decide(known.state)
        except ProblemError:
            return None
        if not _has_effect(change, known, cause):
            return None
        try:
            return await self.save(known, change.state, change.emissions, cause, follows=follows)
        except StaleDocumentError:
            self._recent.forget(known.id)
            return None

    def _remembered(self, written: Stored[S]) -> Stored[S]:
        return self._recent.keep(written.id, written, briefly=self._is_over(written.state))

    def _update(self, state: S, pending: Sequence[Pending], cause: Envelope | None, *, takes_charge: bool) -> Document:
        update: Document = {"$set": {"state": _dump(state)}, "$inc": {"version": 1}}
        pushes: Document = {}
        if cause:
            pushes["inbox"] = {"$each": [cause.id], "$slice": -INBOX_SIZE}
        if pending:
            pushes["outbox"] = {"$each": [to_document(entry) for entry in pending]}
        if takes_charge:
            update["$set"]["relay"] = self._relay.lease()
        if pushes:
            update["$push"] = pushes
        return update

    def _enclosed(self, emissions: Sequence[Emission], cause: Envelope | None) -> list[Pending]:
        if not emissions:
            return []
        if not self._tells:
            raise ValueError(f"{self._collection.name} has no outbox")
        now, trace = self._clock.now(), traceparent_header()
        return [enclose(e, source=self._source, at=now, traceparent=trace, cause=cause) for e in emissions]

    def _stored(self, document: Document | None) -> Stored[S] | None:
        if document is None:
            return None
        self._unanswered.find_in(document)
        state = self._reader.state(document)
        unsent = () if self._relay.has(document.get("relay")) else self._reader.waiting(document)
        return Stored(document["_id"], document["version"], state, tuple(document.get("inbox", ())), unsent)


_PROJECTION = {"version": 1, "state": 1, "inbox": 1, "outbox": 1, "relay": 1}


def _has_effect(change: Change[S], stored: Stored[S], cause: Envelope | None) -> bool:
    """Whether there is anything to write: of a cause at least that it was handled."""
    return cause is not None or bool(change.emissions) or change.state != stored.state


def _dump(state: BaseModel) -> Document:
    return state.model_dump(by_alias=True)
