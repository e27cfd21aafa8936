"""How long to wait before the next try, so that many who failed together do not come back together."""

from collections.abc import Callable, Iterator
from secrets import SystemRandom

Random = Callable[[], float]
"""A number from 0 up to, but not including, 1."""

RANDOM: Random = SystemRandom().random


def backoff(first: float, factor: float, cap: float, random: Random = RANDOM) -> Iterator[float]:
    """Seconds to wait that grow up to `cap`, without end, each between its half and its whole ("equal jitter")."""
    wait = min(first, cap)
    while True:
        yield wait * (1 + random()) / 2
        wait = min(wait * factor, cap)
