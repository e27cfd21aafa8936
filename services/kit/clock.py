"""The only place that reads the time, so that a demo can shift it and a test can hold it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

CLOCK_SKEW = timedelta(seconds=60)
"""How far the clock of somebody who signs may be from ours."""


class Clock(Protocol):
    """Gives the time to whoever needs it."""

    def now(self) -> datetime:
        """The current time, UTC, whole milliseconds (as the database keeps it)."""
        ...


class SystemClock:
    """The machine's clock, shifted by the demo's offset."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return whole_milliseconds(datetime.now(UTC) + self._offset)


def whole_milliseconds(moment: datetime) -> datetime:
    """Without what the database would drop."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def monotonic() -> float:
    """Seconds from an arbitrary start; for measuring, never for deadlines that outlive the process."""
    return time.monotonic()
