"""Indexes, created in the background: a service starts while the database is down."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from pymongo.errors import PyMongoError

log = structlog.get_logger(__name__)

RETRY_AFTER = 1.0


class Preparation:
    """Runs each step until it succeeds; `ready` once all have."""

    def __init__(self, steps: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._steps = steps
        self._done = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; does not wait."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Give up what is not done."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def ready(self) -> bool:
        """Whether all indexes exist."""
        return self._done

    async def _run(self) -> None:
        for step in self._steps:
            while not await _succeeds(step):
                await asyncio.sleep(RETRY_AFTER)
        self._done = True


async def _succeeds(step: Callable[[], Awaitable[None]]) -> bool:
    try:
        await step()
    except PyMongoError as error:
        log.warning("indexes wait for the database", error=type(error).__name__)
        return False
    return True
