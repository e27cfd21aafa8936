"""The demo world's clock: the machine's, shifted by SECURITY_INFO_CLOCK_OFFSET like the product's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]
"""Gives the current time, aware, UTC."""


def shifted_by(offset: timedelta) -> Now:
    """A clock that runs `offset` ahead of the machine's."""
    return lambda: datetime.now(UTC) + offset
