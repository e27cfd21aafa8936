"""One provider's pool: what is due is claimed and sent, or handed over where another provider is to carry it."""

import asyncio
from collections.abc import Callable

import structlog

from services.kit.background import Background
from services.kit.clock import monotonic
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import Stored
from services.kit.telemetry import bind, use_trace
from services.notifier import metrics
from services.notifier.dependencies import Dependencies
from services.notifier.domain import attempts
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.leases import Leases
from services.notifier.domain.routing import choose
from services.notifier.handlers.attempt import DeliveryAttempt, Outcome
from services.notifier.handlers.delivering import deliver
from services.notifier.health import Health
from services.notifier.line import Line

log = structlog.get_logger(__name__)

POOL_SIZE = 16
DEPTH_EVERY = 10.0
BEYOND = 500
"""How much further a pool looks where it finds nothing that it can read although something waits."""
ABANDONED_EVERY = 0.9
"""Seconds between two looks at what others have claimed and dropped: a lease lasts much longer. Less than the second in
which every pool is told that something waits."""
HANDED_OVER = 64
"""How many deliveries are handed over at a time."""
SILENT_AFTER = 1.0
"""Seconds for which none of as many calls as there may be comes back."""
ATTEMPT_WITHIN = 12.0
"""Seconds from when the claim is begun to be written: asking the provider, asking about the SIM card, sending, asking
again. Below the lease of a claim."""
STOP_WITHIN = 7.0
WRITE_RETRY_AFTER = 0.25


class Pool(Background):
    """`wake` tells the pool of a channel and a provider that something is due there."""

    def __init__(
        self,
        line: Line,
        index: int,
        deps: Dependencies,
        health: Health,
        *,
        limits: tuple[int, float],
        wake: Callable[[str, str], None],
    ) -> None:
        self._line = line
        self._provider = line.providers[index]
        self._others = tuple(name for name in line.route if name != self._provider.name) if index == 0 else None
        self._deps = deps
        self._health = health
        self._wake_other = wake
        self._size, self._within = limits
        self._leases = Leases()
        self._woken = asyncio.Event()
        self._attempts: set[asyncio.Task[None]] = set()
        self._moved_at = monotonic()
        self._may_be_more = True
        self._abandoned_at = 0.0
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

    def told(self, is_calm: bool) -> None:
        """Whether anything waits for any pool; to be told every second."""
        if not is_calm:
            self.wake()
        elif self._depth:
            self._note_depth(0)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                took_all = await self._take()
                await self._measure()
            except DatabaseError as error:
                log.warning("the queue waits for the database", error=type(error).__name__)
                took_all = True
            except (KeyError, ValueError) as error:
                # A delivery of a newer version, most likely: it waits for one, and must not end the pool.
                log.exception("a delivery cannot be read", exc_info=error)
                took_all = True
            if took_all:
                await self._woken.wait()

    async def _take(self) -> bool:
        """Claim as many as there is room for, and hand over what others are to carry; False if more may be waiting, and
        something can be done about it."""
        await self._health.refresh()
        self._may_be_more = True
        name = self._provider.name
        room = self._size - len(self._attempts)
        self._health.note_silence(name, silent=room <= 0 and monotonic() - self._moved_at >= SILENT_AFTER)
        standing = self._health.standing(name)
        look = room if standing == "closed" else max(room, HANDED_OVER)
        if look <= 0:
            return True
        found = await self._due(look) or (await self._due(look + BEYOND) if self._depth else [])
        probe = await self._probe(found) if standing == "due" and room > 0 else None
        turns = [(stored, self._turn_of(stored.state)) for stored in [*await self._abandoned(), *found]]
        moved = await self._hand_over([(stored, to) for stored, to in turns if to != name and stored is not probe])
        ours = [stored for stored, to in turns if to == name and stored is not probe]
        if self._health.standing(name) == "resting":
            ours = []
        for stored in [*([probe] if probe else []), *ours]:
            if len(self._attempts) < self._size:
                await self._claim(stored, probe=stored is probe)
        self._may_be_more = len(found) >= look or len(ours) > room or self._health.standing(name) != "closed"
        is_stuck = not moved and not probe and (not ours or room <= 0)
        return len(found) < look or is_stuck or (not moved and len(self._attempts) >= self._size)

    async def _probe(self, found: list[Stored[Delivery]]) -> Stored[Delivery] | None:
        """The one delivery, of all replicas, that finds out whether the provider works again."""
        may_be = [stored for stored in found if self._provider.name in self._line.route_of(stored.state)]
        return may_be[0] if may_be and await self._health.probe(self._provider.name) else None

    def _turn_of(self, delivery: Delivery) -> str:
        """Who is to carry it: this pool's provider, as long as it takes messages and may have this one."""
        return choose(self._line.route_of(delivery), self._health.standing, current=self._provider.name)

    async def _hand_over(self, turns: list[tuple[Stored[Delivery], str]]) -> int:
        """How many have another provider now."""
        hand_over, now = self._deps.store.hand_over, self._deps.clock.now()
        moved = await asyncio.gather(
            *(hand_over(stored, attempts.handed_over(stored.state, to, at=now)) for stored, to in turns)
        )
        for to in {to for _, to in turns}:
            self._wake_other(self._line.channel.name, to)
        return sum(moved)

    async def _due(self, limit: int) -> list[Stored[Delivery]]:
        """What is to be tried now, of the first `limit`: those among them that cannot be read are left out."""
        store, name, now = self._deps.store, self._line.channel.name, self._deps.clock.now()
        return await store.due(name, self._provider.name, adopted_from=self._others, now=now, limit=limit)

    async def _abandoned(self) -> list[Stored[Delivery]]:
        """What others have claimed and dropped."""
        if monotonic() < self._abandoned_at:
            return []
        self._abandoned_at = monotonic() + ABANDONED_EVERY
        name = self._line.channel.name
        in_work = await self._deps.store.in_work(name, self._provider.name, adopted_from=self._others)
        return self._leases.lapsed(in_work, monotonic())

    async def _claim(self, stored: Stored[Delivery], *, probe: bool = False) -> None:
        until = monotonic() + self._within
        claim = attempts.claimed(stored.state, provider=self._provider.name, at=self._deps.clock.now())
        claimed = await self._deps.store.claim(stored, claim)
        if claimed is None:
            return
        route = self._line.route_of(claimed.state)
        attempt = DeliveryAttempt(claimed.state, self._line.channel, self._provider, route, until, probe)
        task = asyncio.create_task(self._attempt(attempt))
        self._attempts.add(task)
        self._moved_at = monotonic()
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._attempts.discard(task)
        self._moved_at = monotonic()
        if self._may_be_more or self._health.standing(self._provider.name) != "closed":
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
            await asyncio.gather(
                self._health.note(self._provider.name, outcome, probe=attempt.probe), self._write(delivery, outcome)
            )

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
            metrics.count_message(channel, name, before.country, "sent")
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
        self._note_depth(await self._deps.store.depth(channel, name))

    def _note_depth(self, depth: int) -> None:
        self._depth = depth
        metrics.QUEUED.labels(self._line.channel.name, self._provider.name).set(depth)
