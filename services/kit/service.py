"""What every service is made of: Kafka, the database, the relay between them, and work in the background."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from fastapi import FastAPI

from services.kit.clock import Clock
from services.kit.http.app import MAX_BODY, build_app
from services.kit.kafka.broker import EventBroker
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.prepare import Preparation
from services.kit.mongo.relay import Relay
from services.kit.settings import ServiceName, ServiceSettings

Step = Callable[[], Awaitable[None]]


class Worker(Protocol):
    """Work beside requests and events."""

    def start(self) -> None: ...

    async def stop(self) -> None: ...

    def alive(self) -> bool: ...


class Service:
    """Put together first, then started. Starts whether Kafka and the database are there or not; its workers begin once
    it is prepared."""

    def __init__(self, name: ServiceName, settings: ServiceSettings, clock: Clock) -> None:
        self.clock = clock
        self.group = f"{settings.topic_prefix}.{name}"
        self.database = Database(settings, name)
        self.broker = EventBroker(settings, name, clock)
        self.relay = Relay(self.broker, clock)
        self.preparation = Preparation()
        self._name = name
        self._workers: dict[str, Worker] = {"relay": self.relay}
        self._closes: list[Step] = []

    def prepare(self, *steps: Step) -> None:
        """What must be done before anything is read or written, in this order; the relay's indexes are added to it."""
        self.preparation.steps += steps

    def in_background(self, name: str, worker: Worker) -> None:
        self._workers[name] = worker

    def sweep(self, subject: str, *, every: timedelta, work: Callable[[], Awaitable[int]]) -> None:
        """Let one replica at a time do `work`, which says how many deadlines it found passed."""
        leases = self.database.collection("leases")
        self.in_background("sweeper", Sweeper(subject, every=every, work=work, leases=leases, clock=self.clock))

    def close_at_the_end(self, close: Step) -> None:
        self._closes.append(close)

    def app(self, *, max_body: int = MAX_BODY) -> FastAPI:
        """Its HTTP side, by which it starts and stops. `max_body` are bytes of a request."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            await self.start()
            yield
            await self.stop()

        workers = {name: worker.alive for name, worker in self._workers.items()}
        return build_app(
            self._name,
            readiness={
                "kafka": self.broker.ready,
                "mongodb": self.database.ready,
                "indexes": self.preparation.ready,
            },
            lifespan=lifespan,
            liveness={"consumers": self.broker.alive, **workers},
            max_body=max_body,
        )

    async def start(self) -> None:
        """Begin to connect and to prepare; does not wait for either."""
        self.prepare(self.relay.prepare, self._begin_work)
        self.preparation.start()
        await self.broker.start()

    async def stop(self) -> None:
        """End in an order that loses nothing: what was consumed is finished, then what was decided is published."""
        await self.preparation.stop()
        await self.broker.stop_consuming()
        for worker in reversed(self._workers.values()):
            await worker.stop()
        await self.broker.stop()
        for close in self._closes:
            await close()
        self.database.close()

    async def _begin_work(self) -> None:
        for worker in self._workers.values():
            worker.start()
