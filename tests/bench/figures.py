"""From samples to figures."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HUNDREDTHS = 100


@dataclass(frozen=True)
class Figures:
    """What half and what 99 of 100 samples stay below, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Figures":
        """Percentiles with linear interpolation, as `statistics.quantiles` has them.

        Raises:
            ValueError: fewer than two samples.
        """
        if len(samples) < 2:
            raise ValueError("percentiles need two samples at least")
        cuts = statistics.quantiles(samples, n=HUNDREDTHS, method="inclusive")
        return cls(cuts[49], cuts[98])

    def over(self, floor: "Figures") -> "Figures":
        """How many times the floor."""
        return Figures(self.p50 / floor.p50, self.p99 / floor.p99)

    def rounded(self, digits: int = 2) -> dict[str, float]:
        """For a report."""
        return {"p50": round(self.p50, digits), "p99": round(self.p99, digits)}


@dataclass(frozen=True)
class Round:
    """One answer and the parts of its floor, one right after the other, in milliseconds."""

    answer: float
    http: float
    hops: float
    writes: float

    @property
    def floor(self) -> float:
        """The parts together: what nothing that does the same work over the same servers can go below."""
        return self.http + self.hops + self.writes


@dataclass(frozen=True)
class Outcome:
    """The figures of a run."""

    answer: Figures
    floor: Figures
    http: Figures
    hops: Figures
    writes: Figures

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> "Outcome":
        """The percentiles of each column. Those of the floor are of its sums, not sums of percentiles."""
        return cls(
            Figures.of([one.answer for one in rounds]),
            Figures.of([one.floor for one in rounds]),
            Figures.of([one.http for one in rounds]),
            Figures.of([one.hops for one in rounds]),
            Figures.of([one.writes for one in rounds]),
        )

    @property
    def ratio(self) -> Figures:
        """How many floors an answer takes."""
        return self.answer.over(self.floor)
