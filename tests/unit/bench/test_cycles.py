"""Loads: how many begin, when, and from when their time is counted."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tests.bench.cycles import closed_loop, paced

CALLERS: Sequence[Any] = ("one", "other")


async def test_a_closed_loop_ends_after_so_many() -> None:
    done: list[object] = []

    async def work(caller: object) -> None:
        await asyncio.sleep(0)
        done.append(caller)

    load = await closed_loop(CALLERS, 5, work, most=7)
    assert len(load.took) == len(done) == 7
    assert load.seconds < 4


async def test_who_waits_for_a_free_client_waits_from_when_it_was_due() -> None:
    async def work(_: object) -> None:
        await asyncio.sleep(0.05)

    began = time.perf_counter()
    load = await paced(CALLERS[:1], 100, 0.05, work)
    assert len(load.took) == 5
    assert time.perf_counter() - began >= 0.25
    assert max(load.took) > 180
