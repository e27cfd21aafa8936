"""The simplest aggregate: a number that tells of each step."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from schemas.enrollment import EnrollmentStepReached
from schemas.topics import LIFECYCLE
from services.kit.decision import Change, Emission
from tests.support.builders.challenges import TENANT, USER
from tests.support.clock import NOON


class Tally(BaseModel):
    """How often it was counted."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    times_counted: int = 0


def counted(tally: Tally) -> Change[Tally]:
    """One more, told as an event whose sequence is the new number."""
    number = tally.times_counted + 1
    return Change(Tally(times_counted=number), (told(number),))


def told(number: int) -> Emission:
    """The event of that number."""
    event = EnrollmentStepReached(session_id="s", step="phone", reached_at=NOON)
    return Emission(LIFECYCLE, event, TENANT, USER, "s", sequence=number)
