"""Whether two kinds of answers can be told apart by how long they take: medians of pairs, with a bootstrap interval."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

TOLERANCE = 0.0015
"""Seconds. Less than a network hides from whoever measures a few hundred times, and more than a busy machine's noise
leaves of a median."""
RESAMPLES = 500
LEVEL = 0.999


@dataclass(frozen=True)
class Difference:
    """Seconds by which the first of a pair takes longer: the median, and where it lies with a chance of 99.9 %."""

    median: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """The whole interval is further from 0 than what is tolerated."""
        return self.low > TOLERANCE or self.high < -TOLERANCE

    def __str__(self) -> str:
        return f"{1000 * self.median:.2f} ms ({1000 * self.low:.2f} to {1000 * self.high:.2f})"


def difference(first: Sequence[float], second: Sequence[float], rng: random.Random) -> Difference:
    """Of pairs that were measured one after the other, so that what slows the machine slows both."""
    pairs = [one - other for one, other in zip(first, second, strict=True)]
    medians = sorted(statistics.median(rng.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    beyond = int(RESAMPLES * (1 - LEVEL) / 2)
    return Difference(statistics.median(pairs), medians[beyond], medians[-1 - beyond])
