"""What the aggregates' states share, and why a proof may be refused before it is compared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from schemas.verification import FailureReason


class State(BaseModel):
    """A frozen state as it is stored; unknown fields are dropped, so that an older version can read a newer one."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


@dataclass(frozen=True)
class Refusal:
    """Nothing may be compared. `retry_after` is in whole seconds, rounded up; None where waiting does not help."""

    reason: FailureReason
    retry_after: int | None = None


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, rounded up, so that who waits that long does not come too early."""
    return max(-((now - moment) // timedelta(seconds=1)), 0)
