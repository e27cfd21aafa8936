"""Answers that take the same time whatever is done for them, so that their time tells nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from deploy.demo.northbridge.product import ProductRefusedError, ProductUnreachableError
from deploy.demo.northbridge.proofs import NotVerifiedError
from deploy.demo.northbridge.results import ResultRefusedError

MARGIN = 0.2
"""Seconds that are kept for the page itself."""

T = TypeVar("T")


@dataclass(frozen=True)
class Floors:
    """Seconds from a request to its answer: more than the product takes. `slow` is for answers that it compares by slow
    hashes: security questions and codes kept for long."""

    usual: float
    slow: float


class Pace:
    """The time that is left for one answer."""

    def __init__(self, floor: float) -> None:
        self._end = asyncio.get_running_loop().time() + floor

    async def result_of(self, work: Awaitable[T]) -> T | None:
        """What comes of it, or None where that is a refusal, no answer, or takes longer than there is time for."""
        try:
            async with asyncio.timeout_at(self._end - MARGIN):
                return await work
        except (TimeoutError, ProductRefusedError, ProductUnreachableError, NotVerifiedError, ResultRefusedError):
            return None

    async def wait_to_its_end(self) -> None:
        """Until the answer may go."""
        await asyncio.sleep(max(0.0, self._end - asyncio.get_running_loop().time()))


@asynccontextmanager
async def paced(floor: float) -> AsyncIterator[Pace]:
    """What is done inside ends when the time is over, not before."""
    pace = Pace(floor)
    try:
        yield pace
    finally:
        await pace.wait_to_its_end()
