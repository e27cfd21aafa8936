"""A clock that tests hold in their hands."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2046, 11, 24, 12, tzinfo=UTC)
"""Years ahead: a real database deletes by its own clock what is over by it, also in the middle of a test."""


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self._now += by
