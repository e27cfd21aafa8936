"""Indexes, created in the background: a service starts while the database is down."""

from collections.abc import Awaitable, Callable

import stamina
from pymongo.errors import PyMongoError

from services.kit.background import Background
from services.kit.mongo.client import DatabaseDownError


class NotPreparedError(DatabaseDownError):
    """The database cannot be used yet: its indexes do not exist. Whoever consumes events waits and tries again."""


class Preparation(Background):
    """Runs each of its `steps` until it succeeds; `ready` once all have."""

    def __init__(self) -> None:
        self.steps: list[Callable[[], Awaitable[None]]] = []
        self._done = False

    async def ready(self) -> bool:
        return self._done

    async def require(self) -> None:
        """Let nobody read or write before the indexes exist: unique ones hold only from then on, and not every server
        that speaks MongoDB's protocol bears requests while it creates them.

        Raises:
            NotPreparedError: some are missing.
        """
        if not self._done:
            raise NotPreparedError

    async def _run(self) -> None:
        for step in self.steps:
            await _until_it_succeeds(step)
        self._done = True


async def _until_it_succeeds(step: Callable[[], Awaitable[None]]) -> None:
    """As a block, not as a decorator: that one would log the step's owner, and with it how the database is reached."""
    async for attempt in stamina.retry_context(
        on=PyMongoError, attempts=None, timeout=None, wait_initial=0.5, wait_max=5.0
    ):
        with attempt:
            await step()
