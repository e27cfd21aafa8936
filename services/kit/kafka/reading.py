"""Reading topics without a group: nobody misses a record for it, and nothing is committed."""

from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kit.kafka.record import Record, raw_headers

POLL_MS = 500


def from_client(raw: "ConsumerRecord[bytes, bytes]") -> Record:
    """A record as aiokafka gives it, as ours."""
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw_headers(raw.headers), raw.value)


async def assign_all(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    """Assign all partitions of those topics that exist; asking for one that does not exist might create it."""
    present = await consumer.topics()
    partitions: list[TopicPartition] = []
    for topic in topics:
        if topic in present:
            partitions += [TopicPartition(topic, number) for number in await _numbers(consumer, topic)]
    consumer.assign(partitions)
    return partitions


async def read_kept(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> AsyncIterator[Record]:
    """All that is kept at this moment, partition by partition in order, then stop."""
    partitions = await assign_all(consumer, topics)
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


async def read_live(
    consumer: AIOKafkaConsumer, topics: Sequence[str], *, from_beginning: bool
) -> AsyncIterator[Record]:
    """Records as they come, without end; those that are kept first, if wanted."""
    partitions = await assign_all(consumer, topics)
    await (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)
    while True:
        yield from_client(await consumer.getone())


async def _numbers(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    known = consumer.partitions_for_topic(topic)
    return sorted(known or ())
