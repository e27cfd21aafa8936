"""Waking requests of this process that wait for a verdict, or for what became of a message."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

REREAD_EVERY = 1.0
"""Seconds after which a waiting request reads the document again, notified or not."""


class Signals:
    """Who waits for which challenge. A notification is a hint: whoever waits reads the document."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def is_awaited(self, challenge_id: str) -> bool:
        return challenge_id in self._waiting

    def notify(self, challenge_id: str) -> None:
        for event in self._waiting.get(challenge_id, ()):
            event.set()

    async def notify_all(self) -> None:
        """Anything may have changed, for example while the connection was lost."""
        for challenge_id in tuple(self._waiting):
            self.notify(challenge_id)

    @asynccontextmanager
    async def awaiting(self, challenge_id: str) -> AsyncIterator[asyncio.Event]:
        """Set at each change; enter before reading, so that none is missed."""
        event = asyncio.Event()
        self._waiting[challenge_id].add(event)
        try:
            yield event
        finally:
            self._waiting[challenge_id].discard(event)
            if not self._waiting[challenge_id]:
                del self._waiting[challenge_id]


async def next_change(event: asyncio.Event, *, within: float = REREAD_EVERY) -> None:
    """Wait until notified, at most `within` seconds."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return
    finally:
        event.clear()
