"""How late requests are read usually, which is by how much the clocks of whoever asks and of whoever reads differ."""

from datetime import timedelta
from typing import Final

WINDOW: Final = 60.0
"""Seconds that are looked back on: longer than it takes to catch up after Kafka was away."""
ENOUGH: Final = 5
"""Requests in one window; of fewer, all may have been late."""


class Usual:
    """The least delay of one window is what the clocks differ by: of many requests one is read at once. It counts from
    the next window on, so that what comes late all of a sudden is late."""

    def __init__(self) -> None:
        self._since = 0.0
        self._least, self._count = timedelta.max, 0
        self._known = timedelta()

    def after(self, delay: timedelta, at: float) -> timedelta:
        """What was usual before this one, never less than nothing; `at` are seconds of a monotonic clock."""
        if at - self._since >= WINDOW:
            is_next = at - self._since < 2 * WINDOW
            self._known = max(self._least, timedelta()) if is_next and self._count >= ENOUGH else timedelta()
            self._since, self._least, self._count = at, timedelta.max, 0
        self._least, self._count = min(self._least, delay), self._count + 1
        return self._known
