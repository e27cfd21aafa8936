"""The floor of a queue: aiokafka alone reads the events, and for each the same is written, called and told."""

import asyncio
import secrets
from dataclasses import dataclass
from time import perf_counter

import httpx
from aiokafka import TopicPartition

from deploy.local.stack import LocalStack
from tests.bench.floor import DATABASE, RECORD_BYTES, bare_clients, usual_size

AT_ONCE = 32
PARTITIONS = 6


@dataclass(frozen=True)
class Bare:
    """Of each event: journaled writes, as large as the newest document there, HTTP requests, one event in answer."""

    place: tuple[str, str]
    writes: int
    calls: int = 0


async def bare_rate(bare: Bare, stack: LocalStack, host: str, number: int) -> float:
    """Events a second; many at once, in whatever order."""
    events, answers = (f"bench-{name}-{secrets.token_hex(4)}" for name in ("events", "answers"))
    async with (
        bare_clients(stack.kafka_url, stack.mongodb_url, (events, answers), PARTITIONS) as clients,
        httpx.AsyncClient(timeout=30) as http,
    ):
        producer, consumer, database = clients
        consumer.assign([TopicPartition(events, partition) for partition in range(PARTITIONS)])
        size = await usual_size(database, *bare.place)
        for _ in range(number):
            await producer.send(events, secrets.token_bytes(RECORD_BYTES), key=secrets.token_bytes(16))
        await producer.flush()
        free = asyncio.Semaphore(AT_ONCE)

        async def handle() -> None:
            async with free:
                document = secrets.token_hex(16)
                for _ in range(bare.writes):
                    await database[DATABASE]["queue"].update_one(
                        {"_id": document},
                        {"$set": {"state": secrets.token_bytes(size)}, "$inc": {"version": 1}},
                        upsert=True,
                    )
                for _ in range(bare.calls):
                    await http.post(f"http://{host}/bare", content=secrets.token_bytes(200))
                await producer.send_and_wait(answers, secrets.token_bytes(RECORD_BYTES), key=document.encode())

        waiting: list[asyncio.Task[None]] = []
        began = perf_counter()
        while len(waiting) < number:
            read = await consumer.getmany(timeout_ms=1000, max_records=500)
            waiting += [asyncio.create_task(handle()) for records in read.values() for _ in records]
        await asyncio.gather(*waiting)
        return number / (perf_counter() - began)
