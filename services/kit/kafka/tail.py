"""Reading events from outside, without a group: what is kept, or what comes."""

from collections.abc import AsyncIterator, Sequence

from schemas.envelope import Envelope
from schemas.topics import Topic, full_name
from services.kit.kafka.reading import kept_count, read_kept, read_live, reader
from services.kit.kafka.record import read
from services.kit.settings import ServiceSettings


async def tail(
    settings: ServiceSettings, topics: Sequence[Topic], *, from_beginning: bool, follow: bool
) -> AsyncIterator[tuple[Topic, Envelope]]:
    """Events of `topics`, in order within a partition. Without `follow` it ends with what is kept now.

    Records that are no events of ours are left out; the dead-letter commands show those.

    Raises:
        TopicsNotShownError: one of them is absent, or not for this account to see.
        KafkaError, OSError, TimeoutError: Kafka does not answer.
    """
    named = {full_name(settings.topic_prefix, topic): topic for topic in topics}
    async with reader(settings, "security-info-tail") as consumer:
        await consumer.require(list(named))
        records = (
            read_live(consumer, list(named), from_beginning=from_beginning)
            if follow
            else read_kept(consumer, list(named))
        )
        async for record in records:
            event = read(record)
            if isinstance(event, Envelope):
                yield named[record.topic], event


async def count_kept(settings: ServiceSettings, topics: Sequence[Topic]) -> int:
    """How many records `topics` hold now, so that progress can be shown.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka does not answer.
    """
    async with reader(settings, "security-info-tail") as consumer:
        return await kept_count(consumer, [full_name(settings.topic_prefix, topic) for topic in topics])
