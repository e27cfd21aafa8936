"""What the tests of enrollment's use cases share."""

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox


@pytest.fixture
async def box() -> AsyncIterator[Outbox]:
    """Documents in memory, at noon."""
    async with outbox(FixedClock()) as opened:
        yield opened
