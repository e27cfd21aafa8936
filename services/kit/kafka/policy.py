"""What happens when a handler fails: wait for a dependency, try a record again, or put it aside."""

from collections.abc import Iterator

from services.kit.backoff import RANDOM, Random, backoff
from services.kit.mongo.client import is_database_down
from services.kit.mongo.relay import PublishFailedError

TRIES = 5
FIRST_WAIT = 0.05
WAIT_FACTOR = 3.0
DEPENDENCY_FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0


class DependencyDownError(Exception):
    """Something that the handler needs does not answer; the record is not to blame."""


DEPENDENCY_ERRORS = (DependencyDownError, PublishFailedError)


def is_dependency_down(error: BaseException) -> bool:
    """Whether `error` says that something else is down, not that the record is bad; its causes count too."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, DEPENDENCY_ERRORS) or is_database_down(seen):
            return True
        seen = seen.__cause__
    return False


def dependency_waits(random: Random = RANDOM) -> Iterator[float]:
    """Seconds between tries of what something else hinders, without end."""
    return backoff(DEPENDENCY_FIRST_WAIT, 2.0, LONGEST_WAIT, random)


class Retries:
    """Counts the failures of one record; a dependency that is down costs no try."""

    def __init__(self, random: Random = RANDOM) -> None:
        self._random = random
        self._failures = 0
        self._dependency_waits = dependency_waits(random)
        self._record_waits = backoff(FIRST_WAIT, WAIT_FACTOR, LONGEST_WAIT, random)

    def wait_after(self, error: Exception) -> float | None:
        """Seconds until the next try, or None when there is none left."""
        if is_dependency_down(error):
            return next(self._dependency_waits)
        self._failures += 1
        self._dependency_waits = dependency_waits(self._random)
        return None if self._failures >= TRIES else next(self._record_waits)
