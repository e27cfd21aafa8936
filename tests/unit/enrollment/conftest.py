"""What the tests of enrollment's use cases share."""

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import FixedClock
from tests.support.in_memory.counting import Organisation, organisation_on
from tests.support.in_memory.enrolling import Outbox, outbox
from tests.support.in_memory.memory import MemoryDatabase


@pytest.fixture
async def box() -> AsyncIterator[Outbox]:
    """Documents in memory, at noon."""
    async with outbox(FixedClock()) as opened:
        yield opened


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
async def northbridge(database: MemoryDatabase) -> AsyncIterator[Organisation]:
    """An organisation whose messages are counted and judged."""
    async with organisation_on(database) as organisation:
        yield organisation
