"""Takes queued deliveries to their providers: one bounded pool for each, so that a slow one holds up nobody else."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from services.kit.background import Background
from services.kit.clock import monotonic
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import Stored
from services.kit.telemetry import bind, use_trace
from services.notifier import metrics
from services.notifier.channels.base import Channel
from services.notifier.dependencies import Dependencies
from services.notifier.domain import attempts
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.leases import Leases
from services.notifier.handlers.attempt import DeliveryAttempt, Outcome
from services.notifier.handlers.delivering import deliver
from services.notifier.providers.base import TIMEOUT, Provider
from services.notifier.store import Store

log = structlog.get_logger(__name__)

POOL_SIZE = 16
POLL_EVERY = 1.0
DEPTH_EVERY = 10.0
BEYOND = 500
"""How much further a pool looks where it finds nothing that it can read although something waits."""
ATTEMPT_WITHIN = 2 * TIMEOUT + 2.0
"""Seconds from when the claim is begun to be written: asking and sending. Below the lease of a claim."""
STOP_WITHIN = TIMEOUT + 2.0
WRITE_RETRY_AFTER = 0.25


@dataclass(frozen=True)
class Line:
    channel: Channel
    providers: tuple[Provider, ...]

    @property
    def route(self) -> tuple[str, ...]:
        return tuple(provider.name for provider in self.providers)


class Dispatcher:
    """The pools of all channels that this process serves."""

    def __init__(
        self, lines: Sequence[Line], deps: Dependencies, *, size: int = POOL_SIZE, within: float = ATTEMPT_WITHIN
    ) -> None:
        limits, calm = (size, within), _Calm(deps.store)
        self._pools = [
            _Pool(line, index, deps, limits, self.wake, calm=calm)
            for line in lines
            for index in range(len(line.providers))
        ]

    def start(self) -> None:
        """Begin; what an earlier process left is found at once."""
        for pool in self._pools:
            pool.start()

    async def stop(self) -> None:
        """Claim nothing more and let the running calls end; what is cut off is taken over when its lease runs out."""
        await asyncio.gather(*(pool.stop() for pool in self._pools))

    def wake(self, channel: str, provider: str) -> None:
        for pool in self._pools:
            if pool.serves(channel, provider):
                pool.wake()

    def alive(self) -> bool:
        return all(pool.alive() for pool in self._pools)


class _Calm:
    """Whether nothing waits for anybody, asked once a second for all pools: else each would ask twice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calm = False
        self._again_at = 0.0

    async def reigns(self) -> bool:
        """As of a moment ago, and of two seconds ago at most."""
        if (now := monotonic()) >= self._again_at:
            self._again_at = now + POLL_EVERY * 0.9
            self._calm = not await self._store.has_open()
        return self._calm


class _Pool(Background):
    def __init__(
        self,
        line: Line,
        index: int,
        deps: Dependencies,
        limits: tuple[int, float],
        wake: Callable[[str, str], None],
        *,
        calm: _Calm,
    ) -> None:
        self._line = line
        self._provider = line.providers[index]
        self._others = tuple(name for name in line.route if name != self._provider.name) if index == 0 else None
        self._deps = deps
        self._wake_other = wake
        self._calm = calm
        self._size, self._within = limits
        self._leases = Leases()
        self._woken = asyncio.Event()
        self._attempts: set[asyncio.Task[None]] = set()
        self._paused_until = 0.0
        self._depth = 0
        self._depth_at = 0.0

    def serves(self, channel: str, provider: str) -> bool:
        return (self._line.channel.name, self._provider.name) == (channel, provider)

    async def stop(self) -> None:
        """Take on nothing new, and let what is under way end in time."""
        await super().stop()
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=STOP_WITHIN)
        for task in self._attempts:
            task.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)

    def wake(self) -> None:
        self._woken.set()

    async def _run(self) -> None:
        while True:
            is_called = self._woken.is_set()
            self._woken.clear()
            try:
                took_all = (not is_called and await self._calm.reigns()) or await self._take()
                await self._measure()
            except DatabaseError as error:
                log.warning("the queue waits for the database", error=type(error).__name__)
                took_all = True
            except (KeyError, ValueError) as error:
                # A delivery of a newer version, most likely: it waits for one, and must not end the pool.
                log.exception("a delivery cannot be read", exc_info=error)
                took_all = True
            if took_all:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_EVERY)

    async def _take(self) -> bool:
        """Claim as many as there is room for; False if more may be waiting and there is room."""
        room = self._size - len(self._attempts)
        if room <= 0 or monotonic() < self._paused_until:
            return True
        found = await self._due(room) or (await self._due(room + BEYOND) if self._depth else [])
        for stored in [*await self._abandoned(), *found][:room]:
            await self._claim(stored)
        return len(found) < room or len(self._attempts) >= self._size

    async def _due(self, limit: int) -> list[Stored[Delivery]]:
        """What is to be tried now, of the first `limit`: those among them that cannot be read are left out."""
        store, name, now = self._deps.store, self._line.channel.name, self._deps.clock.now()
        return await store.due(name, self._provider.name, adopted_from=self._others, now=now, limit=limit)

    async def _abandoned(self) -> list[Stored[Delivery]]:
        """What others have claimed and dropped."""
        name = self._line.channel.name
        in_work = await self._deps.store.in_work(name, self._provider.name, adopted_from=self._others)
        return self._leases.lapsed(in_work, monotonic())

    async def _claim(self, stored: Stored[Delivery]) -> None:
        until = monotonic() + self._within
        claim = attempts.claimed(stored.state, provider=self._provider.name, at=self._deps.clock.now())
        claimed = await self._deps.store.claim(stored, claim)
        if claimed is None:
            return
        attempt = DeliveryAttempt(claimed.state, self._line.channel, self._provider, self._line.route, until)
        task = asyncio.create_task(self._attempt(attempt))
        self._attempts.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._attempts.discard(task)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("an attempt broke off; its lease will run out", error=type(error).__name__, exc_info=error)

    async def _attempt(self, attempt: DeliveryAttempt) -> None:
        delivery = attempt.delivery
        with use_trace(delivery.traceparent):
            bind(tenant=delivery.tenant, user=delivery.user, challenge=delivery.about)
            try:
                async with asyncio.timeout(max(0.0, attempt.until - monotonic())):
                    outcome = await deliver(attempt, self._deps)
            except (TimeoutError, DatabaseError) as error:
                log.warning("an attempt broke off; its lease will run out", error=type(error).__name__)
                return
            if outcome.retry_after is not None:
                self._paused_until = max(self._paused_until, monotonic() + outcome.retry_after)
            await self._write(delivery, outcome)

    async def _write(self, delivery: Delivery, outcome: Outcome) -> None:
        """Write the outcome down; as long as the lease lasts also against a database that is away for a moment."""
        deadline = monotonic() + attempts.LEASE.total_seconds()
        while True:
            try:
                after = await self._deps.store.change(delivery, outcome.decide)
            except DatabaseError as error:
                if monotonic() > deadline:
                    log.warning("an outcome could not be written down", error=type(error).__name__)
                    return
                await asyncio.sleep(WRITE_RETRY_AFTER)
            else:
                self._count(delivery, after, outcome)
                return

    def _count(self, before: Delivery, after: Delivery | None, outcome: Outcome) -> None:
        """Count what ended, and look again in time at what is to be tried again."""
        channel, name = before.channel, self._provider.name
        if after is None:
            return
        if outcome.accepted:
            waited = (self._deps.clock.now() - before.requested_at).total_seconds()
            metrics.DELIVERIES.labels(channel, name, "sent").inc()
            metrics.SENT_AFTER.labels(channel, name).observe(max(0.0, waited))
        elif not after.is_open:
            metrics.DELIVERIES.labels(channel, name, after.reason or after.status).inc()
        elif after.next_attempt_at:
            seconds = (after.next_attempt_at - self._deps.clock.now()).total_seconds()
            asyncio.get_running_loop().call_later(max(0.0, seconds), self._wake_other, channel, after.provider)

    async def _measure(self) -> None:
        if monotonic() < self._depth_at:
            return
        self._depth_at = monotonic() + DEPTH_EVERY
        channel, name = self._line.channel.name, self._provider.name
        self._depth = await self._deps.store.depth(channel, name)
        metrics.QUEUED.labels(channel, name).set(self._depth)
