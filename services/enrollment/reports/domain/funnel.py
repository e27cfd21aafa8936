"""The funnel of the wizard: of those who began, how many reached each step, how long it took, and where they left."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from services.enrollment.reports.domain.journey import Journey
from services.enrollment.sessions.domain.session import Outcome
from services.enrollment.sessions.domain.steps import METHOD_STEPS

ORDER = (
    "prompt",
    "confirm",
    "prove.choose",
    "prove",
    *(step.name for step in METHOD_STEPS),
    "manage",
    "operations",
    "success",
)
"""The steps as a person meets them, type by type; those that are not known come last."""

LEFT: tuple[Outcome, ...] = ("cancelled", "expired", "skipped")
"""The ways to leave before the end."""


@dataclass(frozen=True)
class StepFigures:
    """How many sessions reached a step; the median of the seconds until they went on or left, None where nobody has
    yet; and how many left there, by how."""

    step: str
    reached: int
    seconds: float | None
    left: Mapping[Outcome, int]


@dataclass(frozen=True)
class Funnel:
    """What became of the sessions that started; those without an outcome are under way."""

    started: int
    outcomes: Mapping[Outcome, int]
    steps: tuple[StepFigures, ...]

    @property
    def under_way(self) -> int:
        return self.started - sum(self.outcomes.values())


def funnel(journeys: Iterable[Journey]) -> Funnel:
    """Add journeys up. One whose beginning is not known yet does not count yet."""
    known = [journey for journey in journeys if journey.decision is not None]
    reached = Counter(step.step for journey in known for step in journey.steps)
    stays: dict[str, list[float]] = {}
    for step, stay in (found for journey in known for found in _stays(journey)):
        stays.setdefault(step, []).append(stay.total_seconds())
    abandoned = [journey for journey in known if journey.outcome in LEFT]
    left = Counter((journey.last.step, journey.outcome) for journey in abandoned if journey.last)
    figures = (
        StepFigures(
            step=step,
            reached=reached[step],
            seconds=median(stays[step]) if step in stays else None,
            left={how: left[step, how] for how in LEFT if left[step, how]},
        )
        for step in sorted(reached, key=_place)
    )
    return Funnel(len(known), Counter(journey.outcome for journey in known if journey.outcome), tuple(figures))


def _stays(journey: Journey) -> Iterator[tuple[str, timedelta]]:
    """How long each step took: until the next one that was new, or until the person ended the session there. How long
    somebody stayed who never came back, nobody knows; and Success is the end."""
    for page, following in pairwise(journey.steps):
        yield page.step, following.at - page.at
    final = journey.steps[-1] if journey.steps else None
    if final and journey.ended_at and journey.outcome != "expired" and final.step != "success":
        yield final.step, journey.ended_at - final.at


def _place(step: str) -> tuple[int, str]:
    return (ORDER.index(step) if step in ORDER else len(ORDER), step)
