"""Reading topics without a group: nobody misses a record for it, and nothing is committed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kit.kafka.connection import client_options
from services.kit.kafka.record import Record, raw_headers
from services.kit.settings import ServiceSettings

CONNECT_WITHIN = 10.0
POLL_MS = 500


def from_client(raw: "ConsumerRecord[bytes, bytes]") -> Record:
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw_headers(raw.headers), raw.value)


class Reader(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """A consumer without a group that finds partitions without naming topics, which could create them."""

    async def partitions_of(self, topics: Sequence[str]) -> list[TopicPartition]:
        cluster = await self._client.fetch_all_metadata()
        return [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(cluster.partitions_for_topic(topic) or ())
        ]


@asynccontextmanager
async def reader(settings: ServiceSettings, client_id: str) -> AsyncIterator[Reader]:
    """A connected reader.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka does not answer.
    """
    made = Reader(**client_options(settings, client_id), enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await made.start()
        await asyncio.sleep(0)  # its task must have begun before it can be stopped
        yield made
    finally:
        await made.stop()


async def read_one(consumer: Reader, place: TopicPartition, offset: int) -> Record | None:
    """The record at that very offset, if it is still kept."""
    if place not in await consumer.partitions_of([place.topic]):
        return None
    consumer.assign([place])
    first = (await consumer.beginning_offsets([place]))[place]
    last = (await consumer.end_offsets([place]))[place]
    if not first <= offset < last:
        return None
    consumer.seek(place, offset)
    async with asyncio.timeout(CONNECT_WITHIN):
        found = from_client(await consumer.getone(place))
    return found if found.offset == offset else None


async def read_kept(consumer: Reader, topics: Sequence[str]) -> AsyncIterator[Record]:
    """All that is kept at this moment, partition by partition in order, then stop."""
    partitions = await consumer.partitions_of(topics)
    consumer.assign(partitions)
    if not partitions:
        return
    ends = await consumer.end_offsets(partitions)
    firsts = await consumer.beginning_offsets(partitions)
    open_ = {place for place in partitions if firsts[place] < ends[place]}
    for place in partitions:
        consumer.seek(place, firsts[place])
    while open_:
        batches = await consumer.getmany(*open_, timeout_ms=POLL_MS)
        for place, batch in batches.items():
            for raw in batch:
                if raw.offset < ends[place]:
                    yield from_client(raw)
        open_ = {place for place in open_ if await consumer.position(place) < ends[place]}


async def read_live(consumer: Reader, topics: Sequence[str], *, from_beginning: bool) -> AsyncIterator[Record]:
    """Records as they come, without end; those that are kept first, if wanted."""
    partitions = await consumer.partitions_of(topics)
    consumer.assign(partitions)
    await (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)
    while True:
        yield from_client(await consumer.getone())
