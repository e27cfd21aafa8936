"""Kafka changes no record in place: the lifecycle topic is written anew behind its own end, and what was there goes.

Each partition that holds a name is read from its beginning and written once more, in order, without names; then the
groups that read it are moved behind the copies, and all before these is deleted. Nothing is deleted before every copy
is on all in-sync replicas, so that whatever breaks it off, it can be run again: an event that was copied already is
known by its id, and stays in the place where it was first.

Deleting moves the start of the log. Bytes leave the disk by segment, so that a new segment begins with the copies.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from schemas.topics import LIFECYCLE, full_name
from services.kit.kafka.connection import client_options
from services.kit.kafka.reading import Reader, read_kept, reader
from services.kit.kafka.record import Record
from services.kit.kafka.redaction.survey import Ids, Survey, SurveyInProgress, behind, without_name
from services.kit.kafka.topics import with_settings
from services.kit.settings import ServiceSettings

CLIENT_ID = "security-info-redaction"
AT_ONCE: Final = 500
"""How many copies may be on their way."""
NEW_SEGMENTS: Final = {"segment.ms": "1"}
SEGMENTS_WITHIN: Final = 2.0
"""Seconds until brokers go by a setting that the controller has taken."""
IDLE: Final = frozenset({"Empty", "Dead"})

Told = Callable[[str], None]


class RedactionError(Exception):
    """The topic was left as it is; the message says why and what to do."""


@dataclass(frozen=True)
class _Place:
    """The topic that is written anew, and what reaches it."""

    name: str
    options: Mapping[str, Any]
    admin: AIOKafkaAdminClient

    def partition(self, number: int) -> TopicPartition:
        return TopicPartition(self.name, number)


async def survey_lifecycle(settings: ServiceSettings) -> Survey:
    """What lies on the topic now.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka does not answer.
    """
    async with reader(settings, CLIENT_ID) as consumer:
        return await _surveyed(consumer, full_name(settings.topic_prefix, LIFECYCLE))


async def redact_lifecycle(settings: ServiceSettings, told: Told) -> int:
    """Write the topic anew without names, and delete what was there; how many events lost theirs.

    Raises:
        RedactionError: somebody reads the topic now, or has not read it to its end.
        KafkaError, OSError, TimeoutError: Kafka does not answer. Run it again before anything else is started.
    """
    async with _place(settings) as place, reader(settings, CLIENT_ID) as consumer:
        survey = await _surveyed(consumer, place.name)
        if not survey.partitions:
            return 0
        groups = await _idle_groups(place, survey)
        ends = await _copied(place, consumer, survey)
        told(f"{sum(survey.records[number] for number in ends)} records written anew")
        to = {at.partition: end for at, end in (await consumer.end_offsets(list(map(place.partition, ends)))).items()}
        for group, committed in groups.items():
            await _move(place, group, committed, to)
        told(f"{len(groups)} consumer groups moved behind them")
        gone = {place.partition(number): RecordsToDelete(end) for number, end in ends.items()}
        await place.admin.delete_records(gone)
        return sum(survey.named.values())


@asynccontextmanager
async def _place(settings: ServiceSettings) -> AsyncIterator[_Place]:
    options = client_options(settings, CLIENT_ID)
    admin = AIOKafkaAdminClient(**options)
    await admin.start()
    try:
        yield _Place(full_name(settings.topic_prefix, LIFECYCLE), options, admin)
    finally:
        await admin.close()


async def _surveyed(consumer: Reader, topic: str) -> Survey:
    found = SurveyInProgress()
    async for record in read_kept(consumer, [topic]):
        found.add(record)
    return found.survey


async def _idle_groups(place: _Place, survey: Survey) -> dict[str, dict[int, int]]:
    """The groups that read the topic, with what they committed by partition. None may be at it, or have events to
    read: their place is moved."""
    found = {}
    for group, *_ in sorted(await place.admin.list_consumer_groups()):
        offsets = await place.admin.list_consumer_group_offsets(group)
        committed = {at.partition: told.offset for at, told in offsets.items() if at.topic == place.name}
        if not committed:
            continue
        await _require_idle(place, group)
        if behind(survey, committed):
            raise RedactionError(
                f"consumer group {group} has events to read; start what it belongs to until it has no lag, or delete "
                "it if nothing uses it any more; nothing was changed"
            )
        found[group] = committed
    return found


async def _require_idle(place: _Place, group: str) -> None:
    for answer in await place.admin.describe_consumer_groups([group]):
        for _, __, state, *_rest in answer.groups:
            if state not in IDLE:
                raise RedactionError(
                    f"consumer group {group} is reading {place.name}; stop enrollment, the verifier and whatever of "
                    "the platform reads the topic; nothing was changed"
                )


async def _copied(place: _Place, consumer: Reader, survey: Survey) -> dict[int, int]:
    """Write the copies; where the originals of each partition end. The first copy of each opens a segment."""
    partitions = [place.partition(number) for number in survey.partitions]
    ends = {at.partition: end for at, end in (await consumer.end_offsets(partitions)).items()}
    opening = await _first_of_each(place, consumer, ends)
    async with AIOKafkaProducer(**place.options, acks="all", enable_idempotence=True) as producer:
        async with with_settings(place.admin, place.name, NEW_SEGMENTS):
            await asyncio.sleep(SEGMENTS_WITHIN)
            await asyncio.gather(*[await _sent(producer, record) for record in opening.values()])
        await asyncio.sleep(SEGMENTS_WITHIN)
        under_way = []
        async for record in _originals(place, consumer, ends):
            if record.offset == opening[record.partition].offset:
                continue
            under_way.append(await _sent(producer, record))
            if len(under_way) == AT_ONCE:
                await asyncio.gather(*under_way)
                under_way = []
        await asyncio.gather(*under_way)
    return ends


async def _first_of_each(place: _Place, consumer: Reader, ends: Mapping[int, int]) -> dict[int, Record]:
    found: dict[int, Record] = {}
    async with aclosing(_originals(place, consumer, ends)) as records:
        async for record in records:
            found.setdefault(record.partition, record)
            if found.keys() == ends.keys():
                break
    return found


async def _originals(place: _Place, consumer: Reader, ends: Mapping[int, int]) -> AsyncGenerator[Record]:
    """The records of these partitions before their ends, each event once."""
    ids = {number: Ids() for number in ends}
    async for record in read_kept(consumer, [place.name]):
        number = record.partition
        if number in ends and record.offset < ends[number] and ids[number].is_new(record):
            yield record


async def _sent(producer: AIOKafkaProducer, record: Record) -> "asyncio.Future[Any]":
    """On its way; the producer keeps the order of a partition."""
    body = without_name(record.body)
    value = b"" if record.key is None and body is None else body
    future: asyncio.Future[Any] = await producer.send(
        record.topic, value, key=record.key, headers=list(record.headers), partition=record.partition
    )
    return future


async def _move(place: _Place, group: str, offsets: Mapping[int, int], to: Mapping[int, int]) -> None:
    """What the group has read, it has read: it goes on behind the copies."""
    moved = {place.partition(number): to[number] for number in offsets if number in to}
    if not moved:
        return
    consumer = AIOKafkaConsumer(**place.options, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(moved))
        await consumer.commit(moved)
    finally:
        await consumer.stop()
