"""Every record of a running stack once more, a little later: what at-least-once delivery allows, all at once. Later
ones of other topics and of the same key may come in between, so each event also comes out of order."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from threading import Event

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas.topics import TOPICS, full_name

MARK = ("x-again", b"1")
"""A header of ours, so that what was repeated is not repeated again."""
LATEST = 3.0
"""Seconds after the first time."""
LOOK_EVERY_MS = 100


def repeat_all(kafka_url: str, prefix: str, rng: random.Random, over: Event) -> int:
    """Write each record of all topics of events again, on its partition, until `over`; how many."""
    return asyncio.run(_repeat_all(kafka_url, prefix, rng, over))


async def _repeat_all(kafka_url: str, prefix: str, rng: random.Random, over: Event) -> int:
    tasks: set[asyncio.Task[None]] = set()
    async with _clients(kafka_url, prefix) as (consumer, producer):
        while not over.is_set():
            found = await consumer.getmany(timeout_ms=LOOK_EVERY_MS)
            for record in (record for records in found.values() for record in records if MARK not in record.headers):
                tasks.add(asyncio.create_task(_write_later(producer, record, rng.uniform(0, LATEST))))
        await asyncio.gather(*tasks)
    return len(tasks)


async def _write_later(producer: AIOKafkaProducer, record: ConsumerRecord, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await producer.send_and_wait(
        record.topic,
        record.value,
        key=record.key,
        partition=record.partition,
        headers=[*record.headers, MARK],
    )


@contextlib.asynccontextmanager
async def _clients(kafka_url: str, prefix: str) -> AsyncIterator[tuple[AIOKafkaConsumer, AIOKafkaProducer]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_url, enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url)
    await consumer.start()
    await producer.start()
    try:
        places = [
            TopicPartition(name, partition)
            for name in (full_name(prefix, topic) for topic in TOPICS if topic.events)
            for partition in sorted(await producer.partitions_for(name))
        ]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        yield consumer, producer
    finally:
        await consumer.stop()
        await producer.stop()
