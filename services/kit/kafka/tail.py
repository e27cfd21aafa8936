"""Reading events from outside, without a group: what is kept, or what comes."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer

from schemas.envelope import Envelope
from schemas.topics import Topic, full_name
from services.kit.kafka.connection import client_options
from services.kit.kafka.reading import read_kept, read_live
from services.kit.kafka.record import read
from services.kit.settings import ServiceSettings

CONNECT_WITHIN = 10.0


async def tail(
    settings: ServiceSettings, topics: Sequence[Topic], *, from_beginning: bool, follow: bool
) -> AsyncIterator[tuple[Topic, Envelope]]:
    """Events of `topics`, in order within a partition. Without `follow` it ends with what is kept now.

    Records that are no events of ours are left out; the dead-letter commands show those.

    Raises:
        KafkaError, TimeoutError: Kafka does not answer.
    """
    named = {full_name(settings.topic_prefix, topic): topic for topic in topics}
    consumer = AIOKafkaConsumer(
        **client_options(settings, "security-info-tail"), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await consumer.start()
        records = (
            read_live(consumer, list(named), from_beginning=from_beginning)
            if follow
            else read_kept(consumer, list(named))
        )
        async for record in records:
            event = read(record)
            if isinstance(event, Envelope):
                yield named[record.topic], event
    finally:
        await consumer.stop()
