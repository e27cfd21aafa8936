"""Batches that no decent client writes, straight to the broker."""

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from schemas.envelope import Envelope
from schemas.topics import Topic, full_name
from services.kit.settings import ServiceSettings
from tests.support.waiting import until

ZSTD = 4
"""The codec's number in a batch's attributes."""

STAND_IN = "stand-in"
UNREADABLE_NAME = b"\xff\xfe" * 4

RawRecord = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Key, value and headers."""


def raw(event: Envelope) -> RawRecord:
    """An event as such a record."""
    return event.key, event.body, [*event.headers]


async def write_batch(
    settings: ServiceSettings, topic: Topic, partition: int, records: list[RawRecord], *, codec: int = 0
) -> None:
    """One batch as it is, also with neither keys nor bodies."""
    await _write(settings.kafka_url, _place(settings, topic, partition), bytes(_built(records, codec).build()))


async def write_unreadable(settings: ServiceSettings, topic: Topic, partition: int, records: list[RawRecord]) -> None:
    """A batch in which the headers' names `STAND_IN` are not UTF-8: the client fails on the first that it meets."""
    builder = _built(records, 0)
    builder._buffer = builder._buffer.replace(STAND_IN.encode(), UNREADABLE_NAME)
    await _write(settings.kafka_url, _place(settings, topic, partition), bytes(builder.build()))


async def write_nothing(kafka_url: str, topic: str, *, codec: int = 0) -> None:
    """One record with neither key nor body nor headers, which the client refuses to write. `topic` is the full name."""
    await _write(kafka_url, TopicPartition(topic, 0), bytes(_built([(None, None, [])], codec).build()))


def _place(settings: ServiceSettings, topic: Topic, partition: int) -> TopicPartition:
    return TopicPartition(full_name(settings.topic_prefix, topic), partition)


def _built(records: list[RawRecord], codec: int) -> _DefaultRecordBatchBuilderPy:
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, -1, 1 << 20)
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, None, key, value, headers)
    return builder


async def _write(kafka_url: str, place: TopicPartition, batch: bytes) -> None:
    client = AIOKafkaClient(bootstrap_servers=kafka_url)
    await client.bootstrap()

    async def taken() -> bool:
        """A topic that is new has no leader for a moment."""
        leader = (await client.fetch_all_metadata()).leader_for_partition(place)
        if leader is None or leader < 0:
            return False
        answer = await client.send(leader, ProduceRequest(None, -1, 5_000, [(place.topic, [(place.partition, batch)])]))
        return bool(answer.topics[0][1][0][1] == 0)

    try:
        await until(taken)
    finally:
        await client.close()
