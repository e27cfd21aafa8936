"""Stops floods at the edge, before anything is stored or published.

Counts per replica, in memory: with three replicas three times as much may pass. What must hold exactly (wrong codes,
messages a number, numbers that a session asks codes for) is counted in the database by the service that owns it.
"""

import math
from typing import Literal

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.kit.clock import SystemClock
from services.kit.config.clients import RateLimits
from services.kit.counting import allowance_of
from services.kit.errors import RateLimitedError

Subject = Literal["address", "client", "session"]


class RateLimiter:
    """Moving windows by subject; over the limit, the caller is told when to come back."""

    def __init__(self, limits: RateLimits) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limits: dict[Subject, RateLimitItem] = {
            "address": parse(limits.address),
            "client": parse(limits.client),
            "session": parse(limits.session),
        }
        self.requests, self.keeping = allowance_of(limits.request), allowance_of(limits.keep)
        self.looking_up, self.acting = allowance_of(limits.look_up), allowance_of(limits.act)

    async def admit(self, subject: Subject, key: str) -> None:
        """Count one request of a subject.

        Raises:
            ProblemError: `rateLimited`, with `Retry-After`.
        """
        limit = self._limits[subject]
        if await self._limiter.hit(limit, subject, key):
            return
        window = await self._limiter.get_window_stats(limit, subject, key)
        seconds = max(1, math.ceil(window.reset_time - SystemClock().now().timestamp()))
        raise RateLimitedError.retry_after(seconds)
