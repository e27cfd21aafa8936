"""Waiting for what must become true."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


SOONEST, LATEST = 0.01, 0.1
"""Seconds from one look to the next: what takes long to find out, as over HTTP, is asked for less often. Else waiting
for a process would take a processor from it."""


async def until(condition: Callable[[], object], within: float = 30.0) -> None:
    """Wait until the condition, which may be a coroutine function, holds."""
    async with asyncio.timeout(within):
        while True:
            began = time.monotonic()
            answer = condition()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            took = time.monotonic() - began
            await asyncio.sleep(min(max(SOONEST, 4 * took), LATEST))


def awaited(find: Callable[[], T | None], why_not: str, within: float = 30.0) -> T:
    """What `find` finds, once it finds something."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{why_not} within {within:.0f} s")
