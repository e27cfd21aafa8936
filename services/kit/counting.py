"""How often something happened within a while, for limits that a document keeps and that hold over all replicas."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.kit.errors import RateLimitedError

UNITS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


@dataclass(frozen=True)
class Allowance:
    """How many, within how long; who counts keeps the count."""

    count: int
    within: timedelta


def allowance_of(rate: str) -> Allowance:
    """What `COUNT/UNIT` says."""
    count, _, unit = rate.partition("/")
    return Allowance(int(count), UNITS[unit])


@dataclass(frozen=True)
class Count:
    """How often, since when."""

    count: int = 0
    since: datetime | None = None


def one_more(counted: Count, most: int, within: timedelta, *, at: datetime) -> Count:
    """The count with one more; it begins anew once the time is over.

    Raises:
        ProblemError: `rateLimited`, with the wait, once there were so many.
    """
    since = counted.since
    if since is None or at >= since + within:
        return Count(1, at)
    if counted.count >= most:
        seconds = int((since + within - at).total_seconds()) + 1
        raise RateLimitedError.retry_after(seconds)
    return Count(counted.count + 1, since)
