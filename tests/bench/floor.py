"""The floor: the same work without the product. One HTTP round trip, two hops over Kafka, the raw writes."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import bson
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

RECORD_BYTES = 1024
"""A little more than each of the two events that an answer sends: 0.9 and 0.7 kB with their headers."""

TOPICS = ("bench-there", "bench-back")
DATABASE = "bench"

WRITES = (("enrollment", "challenges"), ("verifier", "challenges"), ("enrollment", "challenges"))
"""What nobody can do without who asks another service by events: the submission, the verdict, the result. What else is
written before the answer (the try, the guess and the time step are counted, the use is noted) is the product's."""

Document = dict[str, Any]


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """How long the work takes."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


@dataclass(frozen=True)
class Floor:
    """Everything connected and warm; each method does its part of the work once."""

    client: httpx.AsyncClient
    address: str
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    database: AsyncMongoClient[Document]
    sizes: Sequence[int]

    async def round_trip(self) -> None:
        """The smallest question that the same server answers."""
        (await self.client.get(f"{self.address}/healthz")).raise_for_status()

    async def hops(self) -> None:
        """To all in-sync replicas and to a consumer, twice."""
        for topic in TOPICS:
            await self.producer.send_and_wait(topic, secrets.token_bytes(RECORD_BYTES))
            while (await self.consumer.getone()).topic != topic:
                pass

    async def writes(self) -> None:
        """As many as an answer waits for, to documents of the same size, by `_id`, one after the other."""
        for at, size in enumerate(self.sizes):
            await self.database[DATABASE]["documents"].update_one(
                {"_id": at}, {"$set": {"state": secrets.token_bytes(size)}, "$inc": {"version": 1}}
            )


@asynccontextmanager
async def floor(kafka: str, mongodb: str, address: str, client: httpx.AsyncClient) -> AsyncIterator[Floor]:
    """The floor on the servers of a running stack, which has verified an answer already."""
    async with bare_clients(kafka, mongodb, TOPICS) as (producer, consumer, database):
        consumer.assign([TopicPartition(topic, 0) for topic in TOPICS])
        await consumer.seek_to_end()
        sizes = [await usual_size(database, *place) for place in WRITES]
        await database[DATABASE]["documents"].insert_many(
            [{"_id": at, "version": 1, "state": bytes(size)} for at, size in enumerate(sizes)]
        )
        yield Floor(client, address, producer, consumer, database, sizes)


@asynccontextmanager
async def bare_clients(
    kafka: str, mongodb: str, topics: Sequence[str], partitions: int = 1
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer, AsyncMongoClient[Document]]]:
    """Clients that are set as the product's are, and new topics; the consumer reads none of them yet."""
    database: AsyncMongoClient[Document] = AsyncMongoClient(mongodb, w="majority", journal=True)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await _create(kafka, topics, partitions)
    await producer.start()
    await consumer.start()
    try:
        yield producer, consumer, database
    finally:
        await consumer.stop()
        await producer.stop()
        await database.close()


async def _create(kafka: str, topics: Sequence[str], partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1) for topic in topics])
    finally:
        await admin.close()


async def usual_size(database: AsyncMongoClient[Document], name: str, collection: str) -> int:
    """Bytes of the newest document of that kind, as it is stored."""
    newest = await database[name][collection].find_one(sort=[("_id", -1)])
    return len(bson.encode(newest or {}))
