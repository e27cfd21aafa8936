"""Enrollment and the verifier in this process: their real routes and handlers over documents in memory. Events go from
one to the other at once; nothing is delivered to anybody, and whoever needs a code derives it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import yaml
from fastapi import FastAPI
from joserfc.jwk import ECKey
from pydantic import AnyHttpUrl

from deploy.local.places import ROOT
from schemas.enrollment import MethodRequested
from schemas.envelope import Envelope, Malformed, Unknown, decode
from services.enrollment import consumers as of_enrollment
from services.enrollment.app import build
from services.enrollment.components import Components
from services.enrollment.dependencies import Dependencies
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.policies.handlers import seed_policies
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.signing import Signer
from services.enrollment.store import Store as EnrollmentStore
from services.enrollment.tokens import ClientTokens
from services.kit.clock import SystemClock
from services.kit.config.file import VARIABLE
from services.kit.crypto.codes import derive_code
from services.kit.crypto.key_files import new_keyrings
from services.kit.crypto.keyring import Keyring, ServiceName
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers
from services.kit.mongo.client import Collection
from services.kit.mongo.outbox import Pending
from services.kit.mongo.relay import Relay
from services.verifier import consumers as of_verifier
from services.verifier.methods.registry import known_methods
from services.verifier.store import Store as VerifierStore
from tests.attack.routes import routes_of
from tests.attack.target import Target
from tests.model.world import Wiring
from tests.support.in_memory.judging import quick_hash
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.waiting import until

CLIENTS = ("northbridge", "southgate", "example")
RETURNS = {
    "northbridge": "http://127.0.0.1:8010/return",
    "southgate": "http://127.0.0.1:8010/southgate/return",
    "example": "http://127.0.0.1:8050/return",
}


class RunningClock(SystemClock):
    """Runs as the system's does, and can be moved."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def advance(self, by: timedelta) -> None:
        self.ahead += by


class Straight(Relay):
    """Hands what a document emits to whoever subscribed, in order, without a broker."""

    def __init__(self, clock: RunningClock, log: "Log") -> None:
        super().__init__(NotingPublisher(), clock)
        self._log = log

    def wake(self, collection: Collection, document_id: str, pending: Sequence[Pending]) -> None:
        for one in pending:
            envelope = decode({name: value.decode() for name, value in one.envelope.headers}, one.envelope.body)
            assert not isinstance(envelope, Unknown | Malformed)
            self._log.put(one.topic.name, envelope)
        documents = cast("Any", collection).documents
        if document_id in documents:
            documents[document_id]["outbox"] = []


@dataclass
class Log:
    """Records in order; one reader for all groups."""

    handlers: dict[str, dict[tuple[str, str], EventHandlers]] = field(default_factory=dict)
    told: list[Envelope] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    _records: asyncio.Queue[tuple[str, Envelope]] = field(default_factory=asyncio.Queue)

    def put(self, topic: str, envelope: Envelope) -> None:
        self.told.append(envelope)
        self._records.put_nowait((topic, envelope))

    async def read(self) -> None:
        while True:
            topic, envelope = await self._records.get()
            for groups in list(self.handlers.values()):
                for (_, of_topic), handlers in groups.items():
                    handler = handlers.find(envelope.type) if of_topic == topic else None
                    if handler is not None:
                        try:
                            await handler(envelope.event, envelope)
                        except Exception as failure:  # noqa: BLE001 # told at the end
                            self.failures.append(failure)


@dataclass
class Lab:
    """All that there is; `app` is enrollment's."""

    app: FastAPI
    clock: RunningClock
    log: Log
    keyrings: dict[ServiceName, Keyring]
    databases: dict[str, MemoryDatabase]
    keys: dict[str, ECKey]

    @property
    def components(self) -> Components:
        components: Components = self.app.state.components
        return components

    async def texted(self, number: str) -> str:
        """The code of the newest message to that number, once there is one."""
        await until(lambda: self._code(number))
        return self._code(number) or ""

    def _code(self, number: str) -> str | None:
        for envelope in reversed(self.log.told):
            event = envelope.event
            if isinstance(event, MethodRequested) and event.destination is not None and event.terms.code is not None:
                place = Binding(
                    envelope.tenant, envelope.subject or "", event.terms.method_id, event.terms.challenge_id
                )
                opened = Sealer(self.keyrings["notifier"]).open("destination", event.destination.sealed, place).decode()
                if opened == number:
                    return derive_code(
                        self.keyrings["notifier"], event.terms, tenant=envelope.tenant
                    ).get_secret_value()
        return None

    async def start_verifier(self) -> None:
        """Anew: what it held in memory is gone."""
        wiring = Wiring()
        of_verifier.subscribe(
            cast("EventBroker", wiring),
            methods=known_methods(self.keyrings["verifier"], quick_hash()),
            store=VerifierStore.open(self.databases["verifier"], Straight(self.clock, self.log), self.clock),
            clock=self.clock,
            group="verifier",
            precondition=_nothing,
        )
        self.log.handlers["verifier"] = wiring.handlers

    async def start_enrollment(self) -> None:
        """Over the documents that there are."""
        settings, config = self.components.settings, self.components.config
        keyring, clock, wiring = self.keyrings["enrollment"], self.clock, Wiring()
        store = EnrollmentStore.open(self.databases["enrollment"], Straight(clock, self.log), clock)
        deps = Dependencies.on(store, keyring, config, clock, public_origin=settings.public_origin)
        jwks = httpx.AsyncClient(transport=httpx.MockTransport(self._publish_keys))
        self.app.state.components = Components(
            settings=settings,
            config=config,
            clock=clock,
            deps=deps,
            tokens=ClientTokens(config, settings.public_origin, clock, jwks),
            signer=Signer(keyring, settings.public_origin, clock),
            idempotency=Idempotency(store.answers, keyring, clock),
        )
        await store.prepare()
        await seed_policies(deps.policies, store=store, clock=clock)
        of_enrollment.subscribe(cast("EventBroker", wiring), deps, group="enrollment", requirement=_nothing)
        self.log.handlers["enrollment"] = wiring.handlers

    def _publish_keys(self, request: httpx.Request) -> httpx.Response:
        name = (
            "southgate" if "southgate" in request.url.path else "example" if request.url.port == 8050 else "northbridge"
        )
        return httpx.Response(200, json={"keys": [self.keys[name].as_dict(private=False)]})

    def target(self, http: httpx.AsyncClient) -> Target:
        return Target(
            http=http,
            kept=http,
            origin=self.components.settings.public_origin,
            keys=self.keys,
            returns=RETURNS,
            clock=self.clock,
            routes=routes_of(self.app),
            texted=self.texted,
            restart_verifier=self.start_verifier,
        )


async def _nothing() -> None: ...


def _configuration(file: Path, places: Mapping[str, str]) -> Path:
    """The demo's, in which every client may do what one may: then it is not the lack of a scope that stops it."""
    demo = ROOT / "deploy" / "demo"
    text = VARIABLE.sub(lambda found: places.get(found[1], found[0]), (demo / "config.yaml").read_text("utf-8"))
    content = yaml.safe_load(text)
    for name in CLIENTS:
        content["clients"][name]["scopes"] = content["clients"]["northbridge"]["scopes"]
    if "brandingDirectory" in content:
        content["brandingDirectory"] = str(demo / content["brandingDirectory"])
    file.write_text(yaml.safe_dump(content), "utf-8")
    return file


@asynccontextmanager
async def lab(
    home: Path, origin: str = "http://localhost:8000", places: Mapping[str, str] | None = None
) -> AsyncIterator[Lab]:
    """Everything, started. `home` takes the keys; `places` are variables of the demo's configuration."""
    clock = RunningClock()
    for service, content in new_keyrings(clock.now()).items():
        (home / f"{service}.json").write_text(json.dumps(content), "utf-8")
    settings = EnrollmentSettings(
        environment="demo",
        keyring=home / "enrollment.json",
        config=_configuration(home / "config.yaml", places or {}),
        public_url=AnyHttpUrl(origin),
    )
    made = Lab(
        app=build(settings),
        clock=clock,
        log=Log(),
        keyrings={name: Keyring.load(home / f"{name}.json", name) for name in ("enrollment", "notifier", "verifier")},
        databases={"enrollment": MemoryDatabase(), "verifier": MemoryDatabase()},
        keys={name: ECKey.generate_key("P-256", {"kid": f"{name}-1"}, private=True) for name in CLIENTS},
    )
    await made.start_enrollment()
    await made.start_verifier()
    reading = asyncio.create_task(made.log.read())
    try:
        yield made
    finally:
        reading.cancel()


@asynccontextmanager
async def lab_target(home: Path) -> AsyncIterator[tuple[Lab, Target]]:
    """The same, with its HTTP side called in this process."""
    async with lab(home) as made:
        transport = httpx.ASGITransport(made.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=made.components.settings.public_origin) as http:
            yield made, made.target(http)
