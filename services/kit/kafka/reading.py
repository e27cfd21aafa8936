"""Consumers that bear what they cannot unpack, and reading topics without a group, by which nobody misses a record."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError

from services.kit.kafka.asking.questions import Questions
from services.kit.kafka.connection import client_options
from services.kit.kafka.record import Record, raw_headers
from services.kit.settings import ServiceSettings

CONNECT_WITHIN = 10.0
POLL_WITHIN = 0.5
UNPACK_TRIES = 4
UNPACK_AGAIN_AFTER = 0.1


def from_client(raw: "ConsumerRecord[bytes, bytes]") -> Record:
    unreadable = raw.why if isinstance(raw, UnreadableRecord) else None
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw_headers(raw.headers), raw.value, unreadable)


class UnreadableRecord(ConsumerRecord):  # type: ignore[misc]  # aiokafka has no types
    """Stands for a record that cannot be unpacked: where it lies, and `why`."""

    def __init__(self, place: TopicPartition, offset: int, why: str) -> None:
        super().__init__(place.topic, place.partition, offset, 0, 0, None, None, None, -1, -1, ())
        object.__setattr__(self, "why", why)


class TotalConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """A consumer that goes on behind what cannot be unpacked: damaged bytes, or a header whose name is not UTF-8.

    aiokafka would fetch it again for ever. Where it still fails after a few tries, `getone` gives an `UnreadableRecord`
    in its place; the rest of its batch goes the same way, since a batch is unpacked from its start. A codec that is
    not installed is no fault of the record: nothing is passed over then.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._failures: Counter[tuple[TopicPartition, int]] = Counter()
        self._passed_over: tuple[TopicPartition, int] | None = None

    async def start(self) -> None:
        await super().start()
        self._fetcher._client = Questions(self._client, self._subscription)  # noqa: SLF001

    async def getone(self, *partitions: TopicPartition) -> "ConsumerRecord[bytes, bytes]":
        """The next record, or what stands for it."""
        while True:
            try:
                return await super().getone(*partitions)
            except ConsumerStoppedError:
                raise
            except Exception as error:
                failed = self._failed() if _is_about_bytes(error) else None
                if failed is None:
                    raise
                if (unreadable := await self._again_or_not(*failed, type(error).__name__)) is not None:
                    return unreadable

    async def _again_or_not(self, place: TopicPartition, offset: int, why: str) -> UnreadableRecord | None:
        self._failures[place, offset] += 1
        tries = self._failures[place, offset]
        if tries < UNPACK_TRIES and (place, offset - 1) != self._passed_over:
            self.seek(place, offset)
            await asyncio.sleep(UNPACK_AGAIN_AFTER * tries)
            return None
        self._failures.clear()
        self._passed_over = place, offset
        self.seek(place, offset + 1)
        return UnreadableRecord(place, offset, why)

    def _failed(self) -> tuple[TopicPartition, int] | None:
        """Of which partition, and at which offset, unpacking just broke off."""
        for place, fetched in self._fetcher._records.items():  # noqa: SLF001
            if isinstance(fetched, FetchResult) and fetched.has_more():
                records = fetched._partition_records  # noqa: SLF001
                if records._records_iterator.gi_frame is None:  # noqa: SLF001
                    return place, records.next_fetch_offset
        return None


def _is_about_bytes(error: Exception) -> bool:
    """Whether unpacking may have failed with it; the client's other errors tell of Kafka, or of this installation."""
    return not isinstance(error, KafkaError) or isinstance(error, CorruptRecordException)


class TopicsNotShownError(Exception):
    """Kafka shows no such topics, which is not the same as empty ones; the message names them and says what to do."""


class Reader(TotalConsumer):
    """A consumer without a group that finds partitions without naming topics, which could create them."""

    async def partitions_of(self, topics: Sequence[str]) -> list[TopicPartition]:
        cluster = await self._client.fetch_all_metadata()
        return [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(cluster.partitions_for_topic(topic) or ())
        ]

    async def require(self, topics: Sequence[str]) -> None:
        """Raises TopicsNotShownError: one of them is absent, or the account may not even see it."""
        shown = {place.topic for place in await self.partitions_of(topics)}
        if hidden := [topic for topic in topics if topic not in shown]:
            raise TopicsNotShownError(
                f"Kafka does not show {', '.join(hidden)}: `security-info topics ensure` makes what is absent; where "
                "accounts have rights, deploy/kafka-acls.yaml says which one this command needs"
            )


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
        try:
            async with asyncio.timeout(POLL_WITHIN):
                raw = await consumer.getone(*open_)
        except TimeoutError:
            open_ = {place for place in open_ if await consumer.position(place) < ends[place]}
            continue
        place = TopicPartition(raw.topic, raw.partition)
        if raw.offset < ends[place]:
            yield from_client(raw)
        if raw.offset + 1 >= ends[place]:
            open_.discard(place)


async def kept_count(consumer: Reader, topics: Sequence[str]) -> int:
    partitions = await consumer.partitions_of(topics)
    ends, firsts = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
    return sum(ends[place] - firsts[place] for place in partitions)


async def read_live(consumer: Reader, topics: Sequence[str], *, from_beginning: bool) -> AsyncIterator[Record]:
    """Records as they come, without end; those that are kept first, if wanted."""
    partitions = await consumer.partitions_of(topics)
    consumer.assign(partitions)
    await (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)
    while True:
        yield from_client(await consumer.getone())
