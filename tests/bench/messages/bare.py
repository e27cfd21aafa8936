"""The floor of a queue: aiokafka alone reads the events, and for each the same is written, called and told."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from motor.motor_asyncio import AsyncIOMotorClient

from deploy.local.stack import LocalStack
from tests.bench.floor import DATABASE, RECORD_BYTES, usual_size

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
    topics = [f"bench-{secrets.token_hex(4)}" for _ in ("events", "answers")]
    async with _servers(stack, topics) as (producer, consumer, database, client):
        size = await usual_size(database, *bare.place)
        for _ in range(number):
            await producer.send(topics[0], secrets.token_bytes(RECORD_BYTES), key=secrets.token_bytes(16))
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
                    await client.post(f"http://{host}/bare", content=secrets.token_bytes(200))
                await producer.send_and_wait(topics[1], secrets.token_bytes(RECORD_BYTES), key=document.encode())

        waiting: list[asyncio.Task[None]] = []
        began = perf_counter()
        while len(waiting) < number:
            read = await consumer.getmany(timeout_ms=1000, max_records=500)
            waiting += [asyncio.create_task(handle()) for records in read.values() for _ in records]
        await asyncio.gather(*waiting)
        return number / (perf_counter() - began)


@asynccontextmanager
async def _servers(
    stack: LocalStack, topics: list[str]
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer, AsyncIOMotorClient[dict[str, Any]], httpx.AsyncClient]]:
    kafka = stack.kafka_url
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    database: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(stack.mongodb_url, w="majority", journal=True)
    try:
        consumer.assign([TopicPartition(topics[0], partition) for partition in range(PARTITIONS)])
        async with httpx.AsyncClient(timeout=30) as client:
            yield producer, consumer, database, client
    finally:
        await consumer.stop()
        await producer.stop()
        database.close()
