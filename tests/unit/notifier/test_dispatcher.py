"""What the pools share, and what one of them must not take from the others."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from services.notifier import calm, pool
from services.notifier.dispatcher import Dispatcher
from services.notifier.pool import POOL_SIZE
from services.notifier.store import Store
from tests.support.builders.challenges import terms
from tests.support.waiting import until
from tests.unit.notifier.handlers.test_delivering import World


@dataclass
class Looks:
    """How often pools have looked for what is due, and for what others have dropped."""

    due: int = 0
    in_work: int = 0


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """They are counted from now on, and no second goes by that makes pools look."""
    monkeypatch.setattr(calm, "ASK_EVERY", 600.0)
    monkeypatch.setattr(pool, "ABANDONED_EVERY", 600.0)
    counted, due, in_work = Looks(), Store.due, Store.in_work

    async def count_due(*args: Any, **options: Any) -> Any:
        counted.due += 1
        return await due(*args, **options)

    async def count_in_work(*args: Any, **options: Any) -> Any:
        counted.in_work += 1
        return await in_work(*args, **options)

    monkeypatch.setattr(Store, "due", count_due)
    monkeypatch.setattr(Store, "in_work", count_in_work)
    return counted


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


async def test_for_a_message_a_pool_looks_once(world: World, looks: Looks) -> None:
    dispatcher = Dispatcher([world.line], world.deps)
    dispatcher.start()
    await until(lambda: looks.due == looks.in_work == 1)
    await world.queue()
    dispatcher.wake("sms", "a")
    await until(lambda: bool(world.provider.taken))
    await asyncio.sleep(0.1)
    await dispatcher.stop()
    assert (looks.due, looks.in_work) == (2, 1)


@pytest.mark.usefixtures("looks")
async def test_with_more_messages_than_room_each_end_makes_a_pool_look_again(world: World) -> None:
    for number in range(3):
        await world.queue(of=terms(f"challenge-{number}", number=f"+44770090000{number}"), to=f"+44770090000{number}")
    dispatcher = Dispatcher([world.line], world.deps, size=1)
    dispatcher.start()
    await until(lambda: len(world.provider.taken) == 3)
    await dispatcher.stop()
