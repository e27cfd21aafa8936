"""A pool that stops, whatever comes at the same moment."""

import asyncio

import pytest

from services.notifier.dispatcher import Dispatcher
from tests.unit.notifier.handlers.test_delivering import World, world

__all__ = ["world"]


@pytest.mark.parametrize("ticks", range(5))
async def test_who_is_woken_while_it_stops_stops(world: World, ticks: int) -> None:
    dispatcher = Dispatcher([world.line], world.deps)
    dispatcher.start()
    await asyncio.sleep(0.05)
    dispatcher.wake(world.line.channel.name, world.provider.name)
    for _ in range(ticks):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await dispatcher.stop()
