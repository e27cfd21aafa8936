"""Waking requests of this process that wait for a verdict, or for what became of a message."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.kit.mongo.document import Stored

REREAD_EVERY = 1.0
"""Seconds after which a waiting request reads the document again, notified or not."""


MOST_WAITING = 250
"""Requests of one process that wait for a verdict at once: half of those that it works on (`kit.http.app`). While Kafka
is away all of them wait as long as they may, and pages need room beside them."""


@dataclass(frozen=True)
class ChallengeUpdate:
    """A challenge as it was just written or read, and the account as it was when that was done, if it was needed."""

    challenge: Stored[Challenge]
    account: Account | None = None


class Changed(asyncio.Event):
    """Set at each change. `news` are the newest that came with one."""

    def __init__(self) -> None:
        super().__init__()
        self.news: ChallengeUpdate | None = None

    def tell(self, news: ChallengeUpdate | None) -> None:
        """What was told late of an earlier change is no news."""
        if news and (self.news is None or news.challenge.version > self.news.challenge.version):
            self.news = news
        self.set()


class Signals:
    """Who waits for which challenge. A notification is a hint: whoever waits reads the document, unless it comes with
    the notification."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._waiting: defaultdict[str, set[Changed]] = defaultdict(set)
        self._places = most_waiting

    def is_awaited(self, challenge_id: str) -> bool:
        return challenge_id in self._waiting

    def notify(self, challenge_id: str, news: ChallengeUpdate | None = None) -> None:
        for changed in self._waiting.get(challenge_id, ()):
            changed.tell(news)

    async def notify_all(self) -> None:
        """Anything may have changed, for example while the connection was lost."""
        for challenge_id in tuple(self._waiting):
            self.notify(challenge_id)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place among the requests that wait; False where all are taken: who has none answers with what is known."""
        has_place = self._places > 0
        self._places -= has_place
        try:
            yield has_place
        finally:
            self._places += has_place

    @asynccontextmanager
    async def awaiting(self, challenge_id: str) -> AsyncIterator[Changed]:
        """Set at each change; enter before reading, so that none is missed."""
        changed = Changed()
        self._waiting[challenge_id].add(changed)
        try:
            yield changed
        finally:
            self._waiting[challenge_id].discard(changed)
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
