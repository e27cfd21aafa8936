"""Stops floods at the edge, before anything is stored or published.

Counts per replica, in memory: with three replicas three times as much may pass. What must hold exactly (wrong codes,
messages a number, numbers that a session asks codes for) is counted in the database by the service that owns it.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.kit.clock import SystemClock
from services.kit.config.clients import RateLimits
from services.kit.errors import RateLimitedError

Subject = Literal["address", "client", "session"]


@dataclass(frozen=True)
class Allowance:
    """How many, within how long; who counts keeps the count."""

    count: int
    within: timedelta


def _allowance(rate: str) -> Allowance:
    limit = parse(rate)
    return Allowance(limit.amount, timedelta(seconds=limit.get_expiry()))


class RateLimiter:
    """Moving windows by subject; over the limit, the caller is told when to come back."""

    def __init__(self, limits: RateLimits) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limits: dict[Subject, RateLimitItem] = {
            "address": parse(limits.address),
            "client": parse(limits.client),
            "session": parse(limits.session),
        }
        self.requests, self.keeping = _allowance(limits.request), _allowance(limits.keep)

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
        raise RateLimitedError(headers={"Retry-After": str(seconds)}, retryAfter=seconds)
