"""Phone numbers of the fictional range, each given to one test: a text to a stranger's number is no code of yours."""

import itertools
import os
import secrets
from datetime import UTC, datetime

TAKEN = {142, 150, 999}
"""What tests and the demo's people say by name."""
APART = 4
"""Each number has its neighbours to itself, for tests that correct a digit."""

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Each has its share: they use one stack."""


def _fresh() -> list[int]:
    started = secrets.randbelow(1000)
    digits = ((start + started) % 1000 // APART * APART for start in range(0, 1000, APART))
    free = (first for first in digits if not TAKEN & set(range(first, first + APART)))
    return [first for first in free if first // APART % WORKERS == WORKER]


NUMBERS = itertools.cycle(_fresh())


GIVEN: dict[str, datetime] = {}


def fresh_number() -> str:
    """In international form; the same one again only after all others of this worker's."""
    number = f"+447700900{next(NUMBERS):03d}"
    GIVEN[number] = datetime.now(UTC)
    return number


def since_given(number: str, messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Those that went there since this test has the number, and none of who had it before."""
    given = GIVEN.get(number)
    return [one for one in messages if given is None or datetime.fromisoformat(one["at"]) >= given]
