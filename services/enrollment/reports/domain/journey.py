"""A journey through the wizard, as administrators may see it: which steps, when, and how it ended; not whose it was."""

from datetime import datetime

from schemas.base import Event, MethodType
from schemas.enrollment import (
    Decision,
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentSkipped,
    EnrollmentStarted,
    EnrollmentStepReached,
    Intent,
)
from services.enrollment.sessions.domain.session import Outcome
from services.kit.state import State

NOTED: dict[type[Event], str] = {
    EnrollmentStarted: "started_at",
    EnrollmentStepReached: "reached_at",
    EnrollmentSkipped: "skipped_at",
    EnrollmentCompleted: "completed_at",
    EnrollmentCancelled: "cancelled_at",
}
"""The events that a journey is made of, and when each happened."""


class Reached(State):
    """A step, and when it was reached."""

    step: str
    at: datetime


class Journey(State):
    """A session as its events have it, in whatever order and however often they come.

    `decision` is None until its beginning is known. `steps` are those reached, each with its first time, by time;
    `last` is where the person was in the end, after going back as well. `first_at` is the earliest moment that is
    known; from then on the journey is kept for a while.
    """

    tenant: str
    first_at: datetime
    intent: Intent | None = None
    decision: Decision | None = None
    required: tuple[MethodType, ...] = ()
    steps: tuple[Reached, ...] = ()
    last: Reached | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None


def begun(tenant: str, event: Event) -> Journey:
    return Journey(tenant=tenant, first_at=happened_at(event))


def noted(journey: Journey, event: Event) -> Journey:
    """With one more event. Idempotent, and the same in any order."""
    earliest = journey.model_copy(update={"first_at": min(journey.first_at, happened_at(event))})
    match event:
        case EnrollmentStarted():
            known = {"intent": event.intent, "decision": event.decision, "required": event.required}
            return earliest.model_copy(update=known)
        case EnrollmentStepReached():
            return _reached(earliest, Reached(step=event.step, at=event.reached_at))
        case EnrollmentCancelled():
            return _ended(earliest, event.reason, event.cancelled_at)
        case EnrollmentSkipped():
            return _ended(earliest, "skipped", event.skipped_at)
        case EnrollmentCompleted():
            return _ended(earliest, "completed", event.completed_at)
    return journey


def happened_at(event: Event) -> datetime:
    """When an event of a journey happened."""
    moment: datetime = getattr(event, NOTED[type(event)])
    return moment


def _reached(journey: Journey, reached: Reached) -> Journey:
    first = {step.step: step for step in journey.steps}
    before = first.get(reached.step)
    first[reached.step] = min(before or reached, reached, key=_by_time)
    last = max(journey.last or reached, reached, key=_by_time)
    return journey.model_copy(update={"steps": tuple(sorted(first.values(), key=_by_time)), "last": last})


def _ended(journey: Journey, outcome: Outcome, at: datetime) -> Journey:
    """A session ends once; of two ends, the earlier one holds."""
    if journey.ended_at and (journey.ended_at, journey.outcome or "") <= (at, outcome):
        return journey
    return journey.model_copy(update={"outcome": outcome, "ended_at": at})


def _by_time(reached: Reached) -> tuple[datetime, str]:
    return reached.at, reached.step
