"""Whether there is anything to do at all."""

import asyncio
from collections.abc import Callable

import structlog

from services.kit.background import Background
from services.kit.mongo.client import DatabaseError
from services.notifier.store import Store

log = structlog.get_logger(__name__)

ASK_EVERY = 1.0
"""Seconds; the longest for which what another process left waits for a pool."""


class Calm(Background):
    """Asks for all pools whether anything waits for anybody, and tells them: else each would ask for itself."""

    def __init__(self, store: Store, tell: Callable[[bool], None]) -> None:
        self._store = store
        self._tell = tell

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY)
            try:
                self._tell(not await self._store.has_open())
            except DatabaseError as error:
                log.warning("the queues wait for the database", error=type(error).__name__)
