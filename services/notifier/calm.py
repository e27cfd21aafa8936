"""Whether there is anything to do at all."""

from services.kit.clock import monotonic
from services.notifier.store import Store

ASK_EVERY = 0.9
"""Seconds; below those after which a pool looks again."""


class Calm:
    """Whether nothing waits for anybody, asked once a second for all pools: else each would ask twice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calm = False
        self._again_at = 0.0

    async def reigns(self) -> bool:
        """As of a moment ago, and of two seconds ago at most."""
        if (now := monotonic()) >= self._again_at:
            self._again_at = now + ASK_EVERY
            self._calm = not await self._store.has_open()
        return self._calm
