"""Work that one replica at a time does every few seconds, under a lease."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.kit.background import Background
from services.kit.clock import Clock
from services.kit.ids import new_id
from services.kit.mongo.client import Collection
from services.kit.mongo.document import StaleDocumentError

log = structlog.get_logger(__name__)


class Sweeper(Background):
    """Runs `work` every `every` in the one process that holds the lease; `work` returns how many things it ended. Once
    it is stopped, the lease runs out by itself."""

    def __init__(
        self, name: str, *, every: timedelta, work: Callable[[], Awaitable[int]], leases: Collection, clock: Clock
    ) -> None:
        self._name = name
        self._every = every
        self._work = work
        self._leases = leases
        self._clock = clock
        self._owner = new_id()

    async def _run(self) -> None:
        while True:
            try:
                if await self._hold():
                    ended = await self._work()
                    if ended:
                        log.info("deadlines passed", sweeper=self._name, ended=ended)
            except (PyMongoError, StaleDocumentError):
                log.warning("deadlines wait for the database", sweeper=self._name)
            await asyncio.sleep(self._every.total_seconds())

    async def _hold(self) -> bool:
        """Take or keep the lease. A lost race is a duplicate key or an update that matched nothing."""
        now = self._clock.now()
        lease = {"owner": self._owner, "until": now + 3 * self._every}
        mine_or_free = {"_id": self._name, "$or": [{"owner": self._owner}, {"until": {"$lt": now}}]}
        result = await self._leases.update_one(mine_or_free, {"$set": lease})
        if result.matched_count:
            return True
        try:
            await self._leases.insert_one({"_id": self._name, **lease})
        except DuplicateKeyError:
            return False
        return True
