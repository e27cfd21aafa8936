"""Builders of events."""

from datetime import UTC, datetime

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import Envelope
from services.kit.ids import new_id

NOON = datetime(2046, 11, 24, 12, tzinfo=UTC)


def step(user: str, number: int, *, traceparent: str | None = None) -> Envelope:
    """The `number`th event of a user: a lifecycle event, whose sequence tells the order."""
    return Envelope(
        id=new_id(),
        type=EnrollmentStepReached.__name__,
        source="enrollment",
        time=NOON,
        tenant="northbridge",
        correlation_id="session-1",
        event=EnrollmentStepReached(session_id="session-1", step="phone", reached_at=NOON),
        subject=user,
        sequence=number,
        traceparent=traceparent,
    )


def too_long(characters: int) -> EnrollmentStepReached:
    """A lifecycle event with a field that no caller could make so long."""
    return EnrollmentStepReached.model_construct(session_id="s" * characters, step="phone", reached_at=NOON)
