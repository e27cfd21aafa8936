"""Enrollment and the verifier as processes that can die, and the log between them."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from pymongo.errors import AutoReconnect

from deploy.local.places import ROOT
from schemas.envelope import Envelope, Malformed, Unknown, decode
from schemas.topics import LIFECYCLE, Topic
from services.enrollment import consumers as of_enrollment
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.store import Store as EnrollmentStore
from services.kit.config.file import load_config
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers
from services.kit.mongo.client import Collection
from services.kit.mongo.outbox import Pending, from_document
from services.kit.mongo.relay import Relay
from services.verifier import consumers as of_verifier
from services.verifier.handlers.challenges import expire_overdue
from services.verifier.store import Store as VerifierStore
from tests.model.crashes import Crashes, CrashingDatabase, ProcessDied
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.judging import quick_hash
from tests.support.in_memory.publishing import NotingPublisher

from services.verifier.methods.registry import known_methods  # isort: skip

CONFIG = load_config(Config, ROOT / "deploy" / "demo" / "config.yaml")


class HeldRelay(Relay):
    """Publishes nothing by itself: the model says when, from the outboxes."""

    def wake(self, collection: Collection, document_id: str, pending: Sequence[Pending]) -> None: ...


class Wiring:
    """Stands for a broker and notes the subscriptions of a service."""

    def __init__(self) -> None:
        self.handlers: dict[tuple[str, str], EventHandlers] = {}

    def subscribe(self, topics: Sequence[Topic], handlers: EventHandlers, *, group: str | None, **_: object) -> None:
        for topic in topics if group else ():
            self.handlers[group or "", topic.name] = handlers


@dataclass
class Process:
    """A service: what it keeps survives it, what it holds in memory does not."""

    name: str
    database: CrashingDatabase
    store: Any = None
    handlers: dict[tuple[str, str], EventHandlers] = field(default_factory=dict)


async def _nothing() -> None: ...


class World:
    """Two services, a clock for both, and topics with one partition each."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.crashes = Crashes()
        self.log: dict[str, list[Envelope]] = {}
        self.offsets: dict[tuple[str, str], int] = {}
        self.enrollment = Process("enrollment", CrashingDatabase(self.crashes))
        self.verifier = Process("verifier", CrashingDatabase(self.crashes))
        for process in self.processes:
            self.boot(process)

    @property
    def processes(self) -> tuple[Process, Process]:
        return self.enrollment, self.verifier

    def boot(self, process: Process) -> None:
        """Start a process, again if it has died."""
        relay, wiring = HeldRelay(NotingPublisher(), self.clock), Wiring()
        broker = cast("EventBroker", wiring)
        if process is self.enrollment:
            process.store = EnrollmentStore.open(process.database, relay, self.clock)
            deps = Dependencies.on(
                process.store, keyring("enrollment"), CONFIG, self.clock, public_origin="http://localhost:8000"
            )
            of_enrollment.subscribe(broker, deps, group="enrollment", requirement=_nothing)
        else:
            process.store = VerifierStore.open(process.database, relay, self.clock)
            of_verifier.subscribe(
                broker,
                methods=known_methods(keyring("verifier"), quick_hash()),
                store=process.store,
                clock=self.clock,
                group="verifier",
                precondition=_nothing,
            )
        process.handlers = wiring.handlers

    async def attempt(self, process: Process, work: Awaitable[object]) -> bool:
        """Whether it was done as far as the process knows; it starts again where it died."""
        try:
            await work
        except ProcessDied:
            self.boot(process)
            return False
        except AutoReconnect:
            return False
        return True

    @property
    def waiting(self) -> list[tuple[Process, str, str]]:
        """Documents with events that are not published: of whom, in which collection, which."""
        return [
            (process, name, document["_id"])
            for process in self.processes
            for name, collection in process.database.collections.items()
            for document in collection.documents.values()
            if document.get("outbox")
        ]

    def publish(self, process: Process, name: str, document_id: str, *, marked: bool) -> None:
        """The first event of a document's outbox; where it is not marked, it will be published again."""
        outbox = process.database.collections[name].documents[document_id]["outbox"]
        pending = from_document(outbox[0])
        envelope = decode({key: value.decode() for key, value in pending.envelope.headers}, pending.envelope.body)
        assert not isinstance(envelope, Unknown | Malformed)
        self.log.setdefault(pending.topic.name, []).append(envelope)
        if marked:
            del outbox[0]

    @property
    def behind(self) -> list[tuple[Process, tuple[str, str]]]:
        """Groups with something to read."""
        return [
            (process, place)
            for process in self.processes
            for place in process.handlers
            if self.offsets.get(place, 0) < len(self.log.get(place[1], ()))
        ]

    async def deliver(self, process: Process, place: tuple[str, str]) -> None:
        """The next record of a topic to a group. Its offset moves once it is handled."""
        offset = self.offsets.get(place, 0)
        envelope = self.log[place[1]][offset]
        handler = process.handlers[place].find(envelope.type)
        if handler is None or await self.attempt(process, handler(envelope.event, envelope)):
            self.offsets[place] = offset + 1

    def rewind(self, place: tuple[str, str], by: int) -> None:
        """After a rebalance, or a crash before a commit of offsets."""
        self.offsets[place] = max(self.offsets.get(place, 0) - by, 0)

    async def sweep(self) -> None:
        await self.attempt(self.verifier, expire_overdue(store=self.verifier.store, clock=self.clock))

    async def calm(self) -> None:
        """Nothing fails any more: all is published and read, and every deadline passes."""
        self.crashes.disarm()
        for later in (timedelta(), timedelta(minutes=6), timedelta(minutes=20)):
            self.clock.advance(later)
            await self.sweep()
            while self.waiting or self.behind:
                for process, name, document in self.waiting:
                    self.publish(process, name, document, marked=True)
                for process, place in self.behind:
                    await self.deliver(process, place)

    def lifecycle(self) -> list[Envelope]:
        """What was told of people, each event once, in order."""
        unique = {envelope.id: envelope for envelope in self.log.get(LIFECYCLE.name, ())}
        return sorted(unique.values(), key=lambda envelope: envelope.sequence or 0)
