"""Batches that no decent client writes, straight to the broker."""

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from schemas.topics import Topic, full_name
from services.kit.settings import ServiceSettings
from tests.support.waiting import until

UNREADABLE_NAME = b"\xff\xfe\xff\xfe"
STAND_IN = "name"

RawRecord = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Key, value and headers."""


async def write_batch(settings: ServiceSettings, topic: Topic, partition: int, records: list[RawRecord]) -> None:
    """One batch as it is, also with neither keys nor bodies."""
    await _write(settings, topic, partition, _built(records))


async def write_unreadable(settings: ServiceSettings, topic: Topic, partition: int) -> None:
    """A record whose header's name is not UTF-8: the client fails on its batch."""
    builder = _built([(b"key", b"{}", [(STAND_IN, b"")])])
    found = builder._buffer.find(STAND_IN.encode())
    builder._buffer[found : found + len(STAND_IN)] = UNREADABLE_NAME
    await _write(settings, topic, partition, builder)


def _built(records: list[RawRecord]) -> _DefaultRecordBatchBuilderPy:
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 1 << 20)
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, None, key, value, headers)
    return builder


async def _write(
    settings: ServiceSettings, topic: Topic, partition: int, builder: _DefaultRecordBatchBuilderPy
) -> None:
    place = TopicPartition(full_name(settings.topic_prefix, topic), partition)
    batch = bytes(builder.build())
    client = AIOKafkaClient(bootstrap_servers=settings.kafka_url)
    await client.bootstrap()

    async def taken() -> bool:
        """A topic that is new has no leader for a moment."""
        leader = (await client.fetch_all_metadata()).leader_for_partition(place)
        if leader is None or leader < 0:
            return False
        answer = await client.send(leader, ProduceRequest(None, -1, 5_000, [(place.topic, [(partition, batch)])]))
        return bool(answer.topics[0][1][0][1] == 0)

    try:
        await until(taken)
    finally:
        await client.close()
