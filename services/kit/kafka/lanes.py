"""Records in parallel by key and in order within a key; offsets are committed for many records at once.

`Progress` is the pure core: it decides which offsets may be committed. `Lanes` is the thin asynchronous shell.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from services.kit.clock import monotonic
from services.kit.kafka.record import Partition, Record

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 64
MOST_IN_FLIGHT = 512
COMMIT_EVERY = 0.1
COMMIT_AFTER = 1_000
STALLED_AFTER = 120.0

Offsets = Mapping[Partition, int]
Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds; raises `AbandonedError` as soon as the partition is taken away."""
Handle = Callable[[Record, Pause], Awaitable[None]]
Commit = Callable[[Offsets], Awaitable[bool]]
"""Tells Kafka where to go on after a restart; returns whether Kafka took it."""


class AbandonedError(Exception):
    """The record will be delivered again, here or elsewhere; its handling ends unfinished."""


class Progress:
    """Which offset may be committed: the one after the last record before which all are finished, by partition."""

    def __init__(self) -> None:
        self._open: dict[Partition, deque[int]] = {}
        self._done: dict[Partition, set[int]] = {}
        self._ready: dict[Partition, int] = {}

    def began(self, partition: Partition, offset: int) -> None:
        """A record was taken. Offsets rise within a partition, gaps are allowed.

        A lower offset than before means that the partition is read again from there: what was known of it is void.
        """
        waiting = self._open.setdefault(partition, deque())
        if waiting and offset <= waiting[-1]:
            self.forget(partition)
            waiting = self._open.setdefault(partition, deque())
        waiting.append(offset)

    def finished(self, partition: Partition, offset: int) -> None:
        """A record is dealt with for good; one that is not known any more does not matter."""
        waiting = self._open.get(partition)
        if not waiting or offset < waiting[0]:
            return
        done = self._done.setdefault(partition, set())
        done.add(offset)
        while waiting and waiting[0] in done:
            done.remove(waiting[0])
            self._ready[partition] = waiting.popleft() + 1

    def committable(self) -> dict[Partition, int]:
        return dict(self._ready)

    def committed(self, offsets: Offsets) -> None:
        """Kafka has taken these."""
        for partition, offset in offsets.items():
            if self._ready.get(partition) == offset:
                del self._ready[partition]

    def forget(self, partition: Partition) -> None:
        for known in (self._open, self._done, self._ready):
            known.pop(partition, None)

    def clear(self) -> None:
        for known in (self._open, self._done, self._ready):
            known.clear()


class Lanes:
    """Hands records to `handle`: at most `at_once` at a time, at most `in_flight` taken and unfinished.

    Closed at first; `open` it when partitions are assigned and `drain` it before they are taken away.
    """

    def __init__(
        self,
        handle: Handle,
        commit: Commit,
        *,
        at_once: int = MOST_AT_ONCE,
        in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        self._handle = handle
        self._commit_to = commit
        self._slots = asyncio.Semaphore(at_once)
        self._room = asyncio.Semaphore(in_flight)
        self._most = in_flight
        self._taken = 0
        self._progress = Progress()
        self._lanes: dict[bytes, deque[Record]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._closing = asyncio.Event()
        self._closing.set()
        self._dirty = asyncio.Event()
        self._full = asyncio.Event()
        self._since_commit = 0
        self._committing = asyncio.Lock()
        self._failure: BaseException | None = None
        self._busy_since: dict[bytes, float] = {}

    @property
    def in_flight(self) -> int:
        return self._taken

    @property
    def failure(self) -> BaseException | None:
        """What broke a lane, which must never happen: the record is stuck until the process is restarted."""
        return self._failure

    @property
    def stalled(self) -> bool:
        """Whether a handler has neither ended nor paused for two minutes; one that waits for a dependency pauses."""
        return any(monotonic() - since > STALLED_AFTER for since in self._busy_since.values())

    def open(self) -> None:
        """Take records from now on. Must not wait: a record that arrives at a closed gate is dropped."""
        self._generation += 1
        self._closing.clear()

    async def accept(self, record: Record) -> None:
        """Take a record; waits while there are too many.

        A record of before a rebalance is dropped: it was not committed, and whoever has its partition reads it again.
        """
        generation = self._generation
        await self._room.acquire()
        if self._closing.is_set() or generation != self._generation:
            self._room.release()
            return
        self._taken += 1
        self._progress.began(record.origin, record.offset)
        lane = self._lanes.get(record.lane)
        if lane is not None:
            lane.append(record)
            return
        self._lanes[record.lane] = deque([record])
        task = asyncio.create_task(self._run(record.lane))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, within: float) -> None:
        """Stop taking records, let running handlers finish, commit. What is not finished in time is cancelled."""
        self._closing.set()
        for lane in self._lanes.values():
            self._release(len(lane) - 1)
            while len(lane) > 1:
                lane.pop()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=within)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.commit()
        self._progress.clear()

    async def commit(self) -> None:
        async with self._committing:
            offsets = self._progress.committable()
            self._since_commit = 0
            self._full.clear()
            if offsets and await self._commit_to(offsets):
                self._progress.committed(offsets)

    async def commit_always(self) -> None:
        """Commit some time after a record is finished, or after many; runs until cancelled."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await _either(self._full, COMMIT_EVERY)
            await self.commit()
            if self._progress.committable():
                self._dirty.set()

    async def _run(self, key: bytes) -> None:
        """Handle the records of one key, one after the other, until none is left."""
        lane = self._lanes[key]
        try:
            while lane:
                async with self._slots:
                    if self._closing.is_set():
                        return
                    self._busy_since[key] = monotonic()
                    await self._handle(lane[0], partial(self._pause, key))
                self._finish(lane.popleft())
        except AbandonedError:
            return
        finally:
            self._release(len(lane))
            del self._lanes[key]
            self._busy_since.pop(key, None)

    def _finish(self, record: Record) -> None:
        self._progress.finished(record.origin, record.offset)
        self._release(1)
        self._since_commit += 1
        self._dirty.set()
        if self._since_commit >= COMMIT_AFTER:
            self._full.set()

    def _release(self, count: int) -> None:
        self._taken -= count
        for _ in range(count):
            self._room.release()

    async def _pause(self, key: bytes, seconds: float) -> None:
        if await _either(self._closing, seconds):
            raise AbandonedError
        self._busy_since[key] = monotonic()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            log.error("a lane broke", error=type(error).__name__)


async def _either(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, but no longer; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
