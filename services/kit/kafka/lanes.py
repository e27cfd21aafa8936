"""Records in parallel by key and in order within a key; offsets are committed for many records at once.

`OffsetTracker` is the pure core: it decides which offsets may be committed. `Lanes` is the thin asynchronous shell.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol

import structlog

from services.kit.clock import monotonic
from services.kit.kafka.record import Partition, Record

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 64
MOST_IN_FLIGHT = 512
MOST_OF_A_KEY = 8
"""Records of one key that count among those in flight: with all handlers busy, each key has its share."""
MOST_AHEAD = 1_024
"""Records of a partition that are taken from its first unfinished one on: what a restart may handle again, and what a
slow key may pile up in memory."""
COMMIT_EVERY = 0.5
COMMIT_AFTER = 1_000
STALLED_AFTER = 120.0

Offsets = Mapping[Partition, int]
Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds; raises `AbandonedError` as soon as the partition is taken away."""
Handle = Callable[[Record, Pause], Awaitable[None]]
Commit = Callable[[Offsets], Awaitable[bool]]
"""Tells Kafka where to go on after a restart; returns whether Kafka took it."""


class Flow(Protocol):
    """Lets a partition rest while others go on."""

    def pause(self, partition: Partition) -> None:
        """Give no more records of it; those that were fetched come again after `resume`."""
        ...

    def resume(self, partition: Partition) -> None: ...


class AbandonedError(Exception):
    """The record will be delivered again, here or elsewhere; its handling ends unfinished."""


class OffsetTracker:
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

    def ahead(self, partition: Partition) -> int:
        """How many records were taken since the first that is not finished, that one included."""
        return len(self._open.get(partition, ()))

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
    """Hands records to `handle`, at most `at_once` at a time. A handler that pauses counts for none.

    Taking waits while `in_flight` are taken and unfinished, of which each key has `of_a_key` at most: what a key has
    more does not keep others waiting, until its partition is `ahead` by so many records and rests.

    Closed at first; `open` it when partitions are assigned and `drain` it before they are taken away.
    """

    def __init__(
        self,
        handle: Handle,
        commit: Commit,
        flow: Flow,
        *,
        at_once: int = MOST_AT_ONCE,
        in_flight: int = MOST_IN_FLIGHT,
        of_a_key: int = MOST_OF_A_KEY,
        ahead: int = MOST_AHEAD,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._handle = handle
        self._commit_to = commit
        self._flow = flow
        self._slots = asyncio.Semaphore(at_once)
        self._room = asyncio.Semaphore(in_flight)
        self._of_a_key = of_a_key
        self._ahead = ahead
        self._now = now
        self._taken = 0
        self._progress = OffsetTracker()
        self._lanes: dict[bytes, deque[Record]] = {}
        self._resting: set[Partition] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._closing = asyncio.Event()
        self._closing.set()
        self._dirty = asyncio.Event()
        self._full = asyncio.Event()
        self._since_commit = 0
        self._committing = asyncio.Lock()
        self._failure: BaseException | None = None
        self._turns: set[_Turn] = set()

    @property
    def in_flight(self) -> int:
        return self._taken

    @property
    def failure(self) -> BaseException | None:
        """What broke a lane, which must never happen: the record is stuck until the process is restarted."""
        return self._failure

    @property
    def stalled(self) -> bool:
        """Whether a handler has neither ended nor paused for two minutes. One that waits for a dependency pauses, and
        who waits for its turn has not begun."""
        return any(self._now() - turn.since > STALLED_AFTER for turn in self._turns if turn.since is not None)

    def open(self) -> None:
        """Take records from now on. Must not wait: a record that arrives at a closed gate is dropped."""
        self._generation += 1
        self._closing.clear()

    async def accept(self, record: Record) -> None:
        """Take a record; waits while there are too many.

        A record of before a rebalance is dropped: it was not committed, and whoever has its partition reads it again.
        """
        generation = self._generation
        queued = self._lanes.get(record.lane, ())
        has_room = len(queued) < self._of_a_key
        if has_room:
            await self._room.acquire()
        if self._closing.is_set() or generation != self._generation:
            if has_room:
                self._room.release()
            return
        self._taken += 1
        self._progress.began(record.origin, record.offset)
        if self._progress.ahead(record.origin) >= self._ahead and record.origin not in self._resting:
            self._resting.add(record.origin)
            self._flow.pause(record.origin)
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
            before = len(lane)
            while len(lane) > 1:
                lane.pop()
            self._release(before, len(lane))
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=within)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.commit()
        self._progress.clear()
        self._resting.clear()

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
        turn = _Turn(self._slots, self._now)
        self._turns.add(turn)
        try:
            while lane:
                await turn.take()
                if self._closing.is_set():
                    return
                await self._handle(lane[0], partial(self._pause, turn))
                turn.give_back()
                self._finish(lane)
        except AbandonedError:
            return
        finally:
            turn.give_back()
            self._turns.discard(turn)
            self._release(len(lane), 0)
            del self._lanes[key]

    def _finish(self, lane: "deque[Record]") -> None:
        record = lane.popleft()
        self._release(len(lane) + 1, len(lane))
        self._progress.finished(record.origin, record.offset)
        if record.origin in self._resting and self._progress.ahead(record.origin) <= self._ahead // 2:
            self._resting.discard(record.origin)
            self._flow.resume(record.origin)
        self._since_commit += 1
        self._dirty.set()
        if self._since_commit >= COMMIT_AFTER:
            self._full.set()

    def _release(self, before: int, after: int) -> None:
        """A lane had so many records, and has so many now: give back the room that it does not need any more."""
        self._taken -= before - after
        for _ in range(min(before, self._of_a_key) - min(after, self._of_a_key)):
            self._room.release()

    async def _pause(self, turn: "_Turn", seconds: float) -> None:
        """Wait without a turn, so that a handler that waits keeps no other from running."""
        turn.give_back()
        if await _either(self._closing, seconds):
            raise AbandonedError
        await turn.take()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            log.error("a lane broke", error=type(error).__name__)


class _Turn:
    """A lane's right to run, one of the slots; `since` when it runs without a pause, None while it does not."""

    def __init__(self, slots: asyncio.Semaphore, now: Callable[[], float]) -> None:
        self._slots = slots
        self._now = now
        self.since: float | None = None

    async def take(self) -> None:
        await self._slots.acquire()
        self.since = self._now()

    def give_back(self) -> None:
        if self.since is not None:
            self.since = None
            self._slots.release()


async def _either(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, but no longer; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
