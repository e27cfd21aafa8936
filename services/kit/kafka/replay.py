"""Dead letters for operators: listed, shown, and replayed from their origin.

Replaying is safe to repeat, since consumers know events by their `ce_id`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.topics import DEAD_LETTERS, TOPICS, full_name
from services.kit.kafka.connection import client_options
from services.kit.kafka.dead_letters import DeadLetter, as_dead_letter
from services.kit.kafka.producer import EventProducer
from services.kit.kafka.reading import Reader, read_kept, read_one, reader
from services.kit.kafka.record import RawHeaders, Record
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import PublishFailedError
from services.kit.settings import ServiceSettings

CLIENT_ID = "security-info-dead-letters"
FLUSH_WITHIN = 5.0


class DeadLetterError(Exception):
    """A dead letter cannot be shown or replayed; the message says why and what to do."""


async def list_dead_letters(settings: ServiceSettings) -> AsyncIterator[DeadLetter]:
    """All dead letters that are kept, oldest first.

    Raises:
        DeadLetterError: Kafka does not answer.
        TopicsNotShownError: the topic is absent, or not for this account to see.
    """
    async with _reader(settings) as consumer:
        topics = [full_name(settings.topic_prefix, DEAD_LETTERS)]
        await consumer.require(topics)
        async for record in read_kept(consumer, topics):
            if (letter := as_dead_letter(record)) is not None:
                yield letter


async def show_dead_letter(settings: ServiceSettings, letter_id: str) -> DeadLetter:
    """Raises DeadLetterError: there is no such letter (any more), or Kafka does not answer."""
    async with _reader(settings) as consumer:
        return await _letter(consumer, settings, letter_id)


async def replay_dead_letter(settings: ServiceSettings, letter_id: str) -> DeadLetter:
    """Publish the record that the letter tells of once more: same partition, key, headers, `ce_id` and body.

    All of it is read at its origin. The letter only says where that is: what it carries itself is never published.

    Raises:
        DeadLetterError: no such letter, its origin is not kept any more or is another record, or Kafka does not answer.
    """
    async with _reader(settings) as consumer:
        letter = await _letter(consumer, settings, letter_id)
        record = await _origin(consumer, settings, letter)
    producer = EventProducer(client_options(settings, CLIENT_ID))
    producer.start()
    try:
        await producer.send(
            record.topic, key=record.key, value=record.body, headers=record.headers, partition=record.partition
        )
    except PublishFailedError as error:
        raise DeadLetterError(
            f"Kafka did not take the record ({error}); try again, it is safe to repeat. Where accounts have rights, "
            "this needs those of the replayer in deploy/kafka-acls.yaml"
        ) from None
    except EventTooLargeError:
        raise DeadLetterError(f"{record.topic} takes no record so large any more; nothing was published") from None
    finally:
        await producer.stop(FLUSH_WITHIN)
    return letter


async def _letter(consumer: Reader, settings: ServiceSettings, letter_id: str) -> DeadLetter:
    partition, _, offset = letter_id.partition("-")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise DeadLetterError(f"{letter_id!r} is no dead letter's id; it looks like 0-17")
    record = await read_one(
        consumer, TopicPartition(full_name(settings.topic_prefix, DEAD_LETTERS), int(partition)), int(offset)
    )
    letter = as_dead_letter(record) if record else None
    if letter is None:
        raise DeadLetterError(f"there is no dead letter {letter_id}; it may be too old")
    return letter


async def _origin(consumer: Reader, settings: ServiceSettings, letter: DeadLetter) -> Record:
    """The record that was put aside, as it lies where it came from."""
    place = f"{letter.origin_topic}/{letter.origin_partition}@{letter.origin_offset}"
    if letter.origin_topic not in {full_name(settings.topic_prefix, topic) for topic in TOPICS if topic.events}:
        raise DeadLetterError(f"{letter.origin_topic} is no topic of our events; nothing was published")
    origin = await read_one(
        consumer, TopicPartition(letter.origin_topic, letter.origin_partition), letter.origin_offset
    )
    if origin is None:
        raise DeadLetterError(
            f"{place} is not kept any more; dead letter {letter.id} cannot be replayed, since what a letter carries is "
            "never published"
        )
    if origin.unreadable is not None:
        raise DeadLetterError(f"{place} cannot be unpacked ({origin.unreadable}); nothing was published")
    if not _is_of(letter, origin):
        raise DeadLetterError(f"{place} is another record than dead letter {letter.id} tells of; nothing was published")
    return origin


def _is_of(letter: DeadLetter, origin: Record) -> bool:
    """Whether the letter was written for this record: offsets begin anew when a topic is made anew."""
    same_key = letter.is_cut or letter.record.key == origin.key
    return same_key and _without_nulls(letter.original_headers) <= _without_nulls(origin.headers)


def _without_nulls(headers: RawHeaders) -> set[tuple[str, bytes]]:
    return {(name, value or b"") for name, value in headers}


@asynccontextmanager
async def _reader(settings: ServiceSettings) -> AsyncIterator[Reader]:
    try:
        async with reader(settings, CLIENT_ID) as consumer:
            yield consumer
    except (KafkaError, OSError, TimeoutError) as error:
        raise DeadLetterError(f"Kafka at {settings.kafka_url} does not answer ({type(error).__name__})") from None
