"""Work that one replica at a time does every few seconds, under a lease."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from pydantic import BaseModel
from pymongo.errors import DuplicateKeyError

from services.kit.background import Background
from services.kit.clock import Clock
from services.kit.ids import new_id
from services.kit.mongo.client import Collection, DatabaseError
from services.kit.mongo.document import StaleDocumentError, Stored
from services.kit.mongo.reading import UnreadableDocumentError

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=BaseModel)

AT_ONCE = 16
"""Documents of one sweep that are changed at the same time."""


async def end_each(found: AsyncIterator[Stored[S]], end: Callable[[Stored[S]], Awaitable[Stored[S] | None]]) -> int:
    """`end` all that is found, some at once; how many changed. One that fails is told in the log, and keeps nobody from
    the others; the next sweep finds it again.

    Raises:
        DatabaseError: the database is down.
    """
    first = await anext(found, None)
    if first is None:
        return 0
    rest, turn = _with(first, found), asyncio.Lock()

    async def work() -> int:
        ended = 0
        while True:
            async with turn:
                stored = await anext(rest, None)
            if stored is None:
                return ended
            ended += await _ended(stored, end)

    results = await asyncio.gather(*(work() for _ in range(AT_ONCE)), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return sum(result for result in results if isinstance(result, int))


async def _with(first: Stored[S], others: AsyncIterator[Stored[S]]) -> AsyncIterator[Stored[S]]:
    yield first
    async for stored in others:
        yield stored


async def _ended(stored: Stored[S], end: Callable[[Stored[S]], Awaitable[Stored[S] | None]]) -> bool:
    """Whether it changed, or is gone."""
    try:
        after = await end(stored)
    except (StaleDocumentError, UnreadableDocumentError) as error:
        log.warning("a document waits for the next sweep", document=stored.id, error=type(error).__name__)
        return False
    except DatabaseError:
        raise
    except Exception as error:  # told in the log; the next sweep tries again
        log.exception("a document could not be swept", document=stored.id, exc_info=error)
        return False
    return after is None or after.version != stored.version


class Sweeper(Background):
    """Runs `work` every `every` in the one process that holds the lease; `work` returns how many things it ended. The
    lease is kept for as long as the work takes. Once it is stopped, the lease runs out by itself."""

    def __init__(
        self, name: str, *, every: timedelta, work: Callable[[], Awaitable[int]], leases: Collection, clock: Clock
    ) -> None:
        self._name = name
        self._every = every
        self._work = work
        self._leases = leases
        self._clock = clock
        self._owner = new_id()
        self._held_until: datetime | None = None

    async def _run(self) -> None:
        while True:
            try:
                if self._holds() or await self._hold():
                    await self._sweep()
            except DatabaseError:
                log.warning("deadlines wait for the database", sweeper=self._name)
            except Exception as error:  # told in the log; the next sweep comes
                log.exception("a sweep failed; the next one comes", sweeper=self._name, exc_info=error)
            await asyncio.sleep(self._every.total_seconds())

    async def _sweep(self) -> None:
        keeping = asyncio.create_task(self._keep())
        try:
            ended = await self._work()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if ended:
            log.info("deadlines passed", sweeper=self._name, ended=ended)

    async def _keep(self) -> None:
        """Hold the lease on. Where another one took it meanwhile, both work: each change is made once all the same."""
        while True:
            await asyncio.sleep(self._every.total_seconds())
            with contextlib.suppress(DatabaseError):
                await self._hold()

    def _holds(self) -> bool:
        """Whether the lease that was written last has more than half of its time before it."""
        return self._held_until is not None and self._clock.now() < self._held_until - 1.5 * self._every

    async def _hold(self) -> bool:
        """Take or keep the lease. A lost race is a duplicate key or an update that matched nothing."""
        now = self._clock.now()
        until, self._held_until = now + 3 * self._every, None
        lease = {"owner": self._owner, "until": until}
        mine_or_free = {"_id": self._name, "$or": [{"owner": self._owner}, {"until": {"$lt": now}}]}
        result = await self._leases.update_one(mine_or_free, {"$set": lease})
        if not result.matched_count:
            try:
                await self._leases.insert_one({"_id": self._name, **lease})
            except DuplicateKeyError:
                return False
        self._held_until = until
        return True
