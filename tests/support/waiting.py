"""Waiting for what must become true."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], within: float = 30.0) -> None:
    """Wait until the condition, which may be a coroutine function, holds."""
    async with asyncio.timeout(within):
        while True:
            answer = condition()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            await asyncio.sleep(0.01)
