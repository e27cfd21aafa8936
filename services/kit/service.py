"""What every service is made of: Kafka, the database, the relay between them, and work in the background."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from fastapi import FastAPI

from schemas.topics import group_of
from services.kit.clock import Clock
from services.kit.crypto.event_mac import EventMac
from services.kit.http.app import MAX_BODY, build_app
from services.kit.kafka.broker import EventBroker
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.prepare import Preparation
from services.kit.mongo.relay import Relay
from services.kit.settings import ServiceName, ServiceSettings

log = structlog.get_logger(__name__)

Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class StopTimes:
    """Seconds that each stage of stopping may take; what is not done then is taken up by whoever starts next.

    With those that requests have (`runtime.GRACE_SECONDS`) they are less than the 30 s that Kubernetes gives.
    """

    work: float = 12.5
    """Records and provider calls under way."""
    relay: float = 5.0
    kafka: float = 3.0
    rest: float = 1.0


class Worker(Protocol):
    """Work beside requests and events."""

    def start(self) -> None: ...

    async def stop(self) -> None: ...

    def alive(self) -> bool: ...


class Service:
    """Put together first, then started. Starts whether Kafka and the database are there or not; its workers begin once
    it is prepared."""

    def __init__(
        self,
        name: ServiceName,
        settings: ServiceSettings,
        clock: Clock,
        *,
        macs: EventMac | None = None,
        stop_times: StopTimes | None = None,
    ) -> None:
        self.clock = clock
        self.group = group_of(settings.topic_prefix, name)
        self.database = Database(settings, name)
        self.broker = EventBroker(settings, name, clock, macs)
        self.relay = Relay(self.broker, clock)
        self.preparation = Preparation()
        self._name = name
        self._management_port = settings.management_port
        self._stop_times = stop_times or StopTimes()
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

    def app(self, *, max_body: int = MAX_BODY, large_bodies: Mapping[str, int] | None = None) -> FastAPI:
        """Its HTTP side, by which it starts and stops. `max_body` are bytes of a request; `large_bodies` says which
        paths take more."""

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
                "indexes": self.preparation.check,
            },
            lifespan=lifespan,
            liveness={"consumers": self.broker.alive, **workers},
            max_body=max_body,
            large_bodies=large_bodies,
            management_port=self._management_port,
        )

    async def start(self) -> None:
        """Begin to connect and to prepare; does not wait for either."""
        self.prepare(self.relay.prepare, self._begin_work)
        self.preparation.start()
        await self.broker.start()

    async def stop(self) -> None:
        """End in an order that loses nothing: what was consumed is finished, then what was decided is published.

        Takes no longer than `StopTimes`, whatever hangs.
        """
        times = self._stop_times
        others = {name: worker.stop for name, worker in self._workers.items() if worker is not self.relay}
        await _within(times.work, preparation=self.preparation.stop, consumers=self.broker.stop_consuming, **others)
        await _within(times.relay, relay=self.relay.stop)
        await _within(times.kafka, kafka=self.broker.stop)
        await _within(
            times.rest,
            database=self.database.close,
            **{f"close {number}": close for number, close in enumerate(self._closes)},
        )

    async def _begin_work(self) -> None:
        for worker in self._workers.values():
            worker.start()


async def _within(seconds: float, **steps: Step) -> None:
    """Do these side by side. What is not done in time is left alone, even if it does not let itself be cancelled."""
    if not steps:
        return
    tasks = {asyncio.ensure_future(step()): name for name, step in steps.items()}
    done, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
        log.warning("a part did not stop in time", part=tasks[task])
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a part did not stop properly", part=tasks[task], error=type(error).__name__)
