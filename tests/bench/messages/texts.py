"""A text, from the request to the report that it arrived: the CPU that it takes of the services."""

import asyncio
import time
from functools import partial
from typing import Any

from pymongo import AsyncMongoClient

from tests.bench.cycles import paced
from tests.bench.messages.asking import Asking, counted, wait_for
from tests.bench.running import SETTLE, Bench

TEXTS, A_SECOND = 80, 8.0
REPORTED_WITHIN = 30.0
DELIVERED = {"state.channel": "sms", "state.status": "delivered"}


async def cpu_of_a_text(bench: Bench, asking: Asking) -> dict[str, float]:
    """Milliseconds of each process, what idling costs left out.

    Raises:
        RuntimeError: some were not reported as delivered.
    """
    await asking.grow(TEXTS)
    database: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(bench.stack.mongodb_url)
    delivered = partial(counted, database, ("notifier", "deliveries"), DELIVERED)
    earlier = await delivered()
    await asyncio.sleep(SETTLE)
    before, began = bench.usage(), time.perf_counter()
    try:
        await paced(asking.connected, A_SECOND, TEXTS / A_SECOND, asking.text)
        await wait_for(delivered, earlier + TEXTS, REPORTED_WITHIN, what="texts reported as delivered")
    finally:
        await database.close()
    await asyncio.sleep(SETTLE)
    spent = bench.spent(before, time.perf_counter() - began)
    return {name: round(seconds * 1000 / TEXTS, 2) for name, seconds in spent.items()}
