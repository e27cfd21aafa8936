"""What the pools share, and what one of them must not take from the others."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.notifier.dispatcher import Dispatcher
from services.notifier.pool import POOL_SIZE
from tests.unit.notifier.handlers.test_delivering import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.relay.stop()


async def test_lookups_that_hang_for_one_provider_leave_threads_for_others(world: World) -> None:
    """On a machine with few processors, which gives a process few threads by default."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    dispatcher, hanging = Dispatcher([world.line], world.deps), threading.Event()
    dispatcher.start()
    lookups = [asyncio.create_task(asyncio.to_thread(hanging.wait, 10)) for _ in range(POOL_SIZE)]
    await asyncio.sleep(0)  # all of them are out
    try:
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(int, "1") == 1
        assert not any(lookup.done() for lookup in lookups)
    finally:
        hanging.set()
        await asyncio.gather(*lookups)
        await dispatcher.stop()
