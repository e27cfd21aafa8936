"""A command that is given up ends, at whatever moment that comes: what stops and what has a time limit relies on it."""

import asyncio

from services.kit.mongo.client import Collection, Database

MOMENTS = 40
"""Turns of the event loop after the start of a command: it is over long before."""


async def read_always(collection: Collection) -> None:
    while True:
        await collection.find_one({"_id": "absent"})


async def test_no_moment_of_a_command_loses_a_cancellation(database: Database) -> None:
    collection = database.collection("things")
    await collection.find_one({})
    for turns in range(MOMENTS):
        reading = asyncio.create_task(read_always(collection))
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        _, going_on = await asyncio.wait([reading], timeout=10.0)
        assert not going_on, f"goes on after a cancellation {turns} turns after its start"
