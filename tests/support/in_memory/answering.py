"""Enrollment and the verifier in one process, on a real database, with nothing between them: an event is with its
readers as soon as it is published."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import AnyHttpUrl, SecretStr

from deploy.local.places import ROOT
from schemas.envelope import Envelope, Malformed, Unknown, decode
from schemas.topics import Topic
from services.enrollment import consumers as of_enrollment
from services.enrollment.api import routers
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.signals import REREAD_EVERY
from services.enrollment.signing import Signer
from services.enrollment.store import Store as EnrollmentStore
from services.enrollment.tokens import Caller
from services.kit.clock import monotonic
from services.kit.config.file import load_config
from services.kit.crypto.codes import derive_code
from services.kit.http.problem import install_problem_handlers
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import Awaited, EventHandlers
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from services.verifier import consumers as of_verifier
from services.verifier.methods.registry import known_methods
from services.verifier.store import Store as VerifierStore
from tests.support.builders.challenges import TENANT, USER
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.judging import quick_hash
from tests.support.in_memory.trips import Trip, counting, on_behalf_of
from tests.support.servers.kafka import settings_for
from tests.support.waiting import until

REREAD = Trip("request", "find", "challenges")
ORIGIN = "http://localhost:8000"
SCOPES = frozenset({"interrupts", "challenges", "methods.read", "methods.write"})


class _KnownToken:
    async def check(self, _: str) -> Caller:
        return Caller("platform", TENANT, SCOPES)


@dataclass
class _Reader:
    """One subscription: takes its records one after the other, once it may."""

    name: str
    topics: frozenset[str]
    handlers: EventHandlers
    awaited: Awaited
    may: asyncio.Event
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, envelope: Envelope) -> None:
        async with self.turn:
            await self.may.wait()
            with on_behalf_of(self.name):
                handler = self.handlers.find(envelope.type)
                if handler and self.awaited(envelope.correlation_id):
                    await handler(envelope.event, envelope)


class _Topics:
    """Stands for a broker: publishes to all who have subscribed. Groups whose work no request waits for come after the
    answer."""

    def __init__(self) -> None:
        self._readers: list[_Reader] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self.answered = asyncio.Event()
        self.together = False
        """Whether those groups have an event when the others do, as a broker without other work gives it to them."""

    def subscribe(
        self,
        topics: Sequence[Topic],
        handlers: EventHandlers,
        *,
        group: str | None,
        awaited: Awaited = lambda _: True,
        **_: object,
    ) -> None:
        at_once = asyncio.Event()
        at_once.set()
        may = at_once if group is None or group.startswith("verifier") else self.answered
        names = frozenset(topic.name for topic in topics)
        self._readers.append(_Reader(group or "live", names, handlers, awaited, may))

    async def publish(self, topic: Topic, envelope: Envelope) -> None:
        """Give it to each reader as it would come from Kafka."""
        read = decode({key: value.decode() for key, value in envelope.headers}, envelope.body)
        assert not isinstance(read, Unknown | Malformed)
        for reader in self._readers:
            if topic.name in reader.topics:
                task = asyncio.create_task(reader.take(read))
                self._under_way.add(task)
                task.add_done_callback(self._done)

    async def quiet(self) -> None:
        """Nothing is under way any more."""
        self.answered.set()
        await until(lambda: not self._under_way)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            raise error


@dataclass(frozen=True)
class Counted:
    """What a call answered, the trips until then that it waited for, and those that came beside and after; how long the
    answer took."""

    body: dict[str, Any]
    waited_for: tuple[Trip, ...]
    beside: tuple[Trip, ...]
    seconds: float


@dataclass(frozen=True)
class Answering:
    """A platform at the API, and what each of its calls costs."""

    client: AsyncClient
    clock: FixedClock
    enrollment: EnrollmentStore
    topics: _Topics
    relays: tuple[Relay, Relay]

    async def call(self, path: str, body: dict[str, Any], status: int) -> Counted:
        """One POST, and all that follows from it."""
        if not self.topics.together:
            self.topics.answered.clear()
        with counting() as sent:
            began = monotonic()
            with on_behalf_of("request"):
                response = await self.client.post(path, json=body, headers={"Authorization": "Bearer token"})
            assert response.status_code == status, response.text
            at_answer, seconds = len(sent), monotonic() - began
            await self.topics.quiet()
            await until(lambda: not any(relay.waiting for relay in self.relays))
            await self.topics.quiet()
        waited_for = _waited_for(sent[:at_answer], most_rereads=int(seconds / REREAD_EVERY))
        beside = list(sent)
        for trip in waited_for:
            beside.remove(trip)
        return Counted(response.json(), tuple(waited_for), tuple(beside), seconds)

    async def register(self, **wanted: object) -> dict[str, Any]:
        """Begin a registration."""
        registrations = f"/v1.0/users/{USER}/authentication/registrations"
        return (await self.call(registrations, wanted, 201)).body

    async def ask(self, method_id: str) -> dict[str, Any]:
        """Open a challenge."""
        asked = {"purpose": "stepUp", "methodId": method_id}
        return (await self.call(f"/v1.0/users/{USER}/challenges", asked, 201)).body

    async def texted(self, challenge: dict[str, Any]) -> str:
        """The code that the person is sent."""
        stored = await self.enrollment.challenges.get(challenge["id"])
        assert stored is not None
        return derive_code(keyring("notifier"), stored.state.terms, tenant=TENANT).get_secret_value()

    def of_another_process(self) -> Challenges:
        """The same challenges, as somebody else has them, who remembers none."""
        return EnrollmentStore.open(self.enrollment.database, self.relays[0], self.clock).challenges

    async def answer(self, challenge: dict[str, Any], code: str) -> Counted:
        """Answer it right."""
        counted = await self.call(f"/v1.0/challenges/{challenge['id']}/answer", {"code": code}, 200)
        assert counted.body["status"] == "verified"
        return counted


def _waited_for(sent: Sequence[Trip], *, most_rereads: int) -> list[Trip]:
    """What the verifier does after its verdict is taken back at leisure, and it hears of the method on file whenever it
    does; whoever waits is told once the challenge has ended: nobody waits for what comes then. On a machine so busy
    that a second goes by, who waits reads once more, which says nothing about us."""
    last = {who: _end(sent, who) for who in ("verifier", "live")}
    waited_for = [
        trip
        for place, trip in enumerate(sent)
        if not trip.who.startswith("verifier.") and place <= last.get(trip.who, len(sent))
    ]
    for _ in range(min(most_rereads, waited_for.count(REREAD) - 1)):
        waited_for.remove(REREAD)
    return waited_for


def _end(sent: Sequence[Trip], who: str) -> int:
    """Where they write the last of the challenge."""
    written = [place for place, trip in enumerate(sent) if trip == Trip(who, "update", "challenges")]
    return written[-1] if written else len(sent)


@asynccontextmanager
async def answering(mongodb_url: str) -> AsyncIterator[Answering]:
    """Two services that are ready, and nobody in their databases."""
    clock, topics = FixedClock(), _Topics()
    settings = settings_for("127.0.0.1:1", "unused").model_copy(update={"mongodb_url": SecretStr(mongodb_url)})
    databases = [Database(settings, f"test_{uuid4().hex[:12]}") for _ in range(2)]
    relays = Relay(topics, clock), Relay(topics, clock)
    enrollment = EnrollmentStore.open(databases[0], relays[0], clock)
    verifier = VerifierStore.open(databases[1], relays[1], clock)
    await asyncio.gather(enrollment.prepare(), verifier.prepare())
    app = FastAPI()
    app.state.components = _components(enrollment, clock, topics)
    _judge(verifier, clock, topics)
    app.include_router(routers.router)
    install_problem_handlers(app)
    for relay in relays:
        relay.start()
    async with AsyncClient(transport=ASGITransport(app), base_url=ORIGIN) as client:
        yield Answering(client, clock, enrollment, topics, relays)
    await topics.quiet()
    for relay, database in zip(relays, databases, strict=True):
        await relay.stop()
        await database.drop()
        await database.close()


def _components(store: EnrollmentStore, clock: FixedClock, topics: _Topics) -> Any:
    config = _lenient(load_config(Config, ROOT / "deploy" / "demo" / "config.yaml"))
    deps = Dependencies.on(store, keyring("enrollment"), config, clock, public_origin=ORIGIN)
    of_enrollment.subscribe(cast("EventBroker", topics), deps, group="enrollment", requirement=_nothing)
    return SimpleNamespace(
        settings=SimpleNamespace(public_url=AnyHttpUrl(ORIGIN), public_origin=ORIGIN),
        config=config,
        clock=clock,
        deps=deps,
        tokens=_KnownToken(),
        signer=Signer(keyring("enrollment"), ORIGIN, clock),
        idempotency=Idempotency(store.answers, keyring("enrollment"), clock),
    )


def _lenient(config: Config) -> Config:
    """The demo's, where whoever is not known yet may have any method."""
    tenant = config.tenants[TENANT].model_copy(update={"default_group": "everyone"})
    return config.model_copy(update={"tenants": {**config.tenants, TENANT: tenant}})


def _judge(store: VerifierStore, clock: FixedClock, topics: _Topics) -> None:
    of_verifier.subscribe(
        cast("EventBroker", topics),
        methods=known_methods(keyring("verifier"), quick_hash()),
        store=store,
        clock=clock,
        group="verifier",
        precondition=_nothing,
    )


async def _nothing() -> None: ...
