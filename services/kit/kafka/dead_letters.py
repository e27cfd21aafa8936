"""Records that no handler could deal with: put aside with reason and origin, listed, shown, and replayed.

A dead letter has the record's key and headers, and its body only where the topic's retention allows it. Replaying is
safe to repeat, since consumers know events by their `ce_id`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.topics import DEAD_LETTERS, TOPICS, Topic, full_name
from services.kit.kafka import metrics
from services.kit.kafka.connection import client_options
from services.kit.kafka.lanes import Pause
from services.kit.kafka.policy import DEPENDENCY_FIRST_WAIT, LONGEST_WAIT, backoff
from services.kit.kafka.producer import EventProducer, TooLargeError
from services.kit.kafka.reading import Reader, read_kept, read_one, reader
from services.kit.kafka.record import RawHeaders, Record, text_headers
from services.kit.mongo.relay import PublishFailedError
from services.kit.settings import ServiceSettings

log = structlog.get_logger(__name__)

PREFIX = "dl_"
TOPIC, PARTITION, OFFSET = "dl_origin_topic", "dl_origin_partition", "dl_origin_offset"
REASON, SERVICE, BODY, NULL_HEADERS = "dl_reason", "dl_service", "dl_body", "dl_null_headers"
LONGEST_REASON = 300
CLIENT_ID = "security-info-dead-letters"
FLUSH_WITHIN = 5.0


class DeadLetterError(Exception):
    """A dead letter cannot be shown or replayed; the message says why and what to do."""


@dataclass(frozen=True)
class DeadLetter:
    """A record that was put aside. `id` is its place on the dead-letter topic, `origin` where it came from."""

    id: str
    origin_topic: str
    origin_partition: int
    origin_offset: int
    reason: str
    service: str
    has_body: bool
    record: Record

    @property
    def event_type(self) -> str | None:
        return text_headers(self.record.headers).get("ce_type")

    @property
    def event_id(self) -> str | None:
        return text_headers(self.record.headers).get("ce_id")

    @property
    def original_headers(self) -> RawHeaders:
        """The headers as the record had them, null ones included."""
        nulls = text_headers(self.record.headers).get(NULL_HEADERS, "").split(",")
        return tuple(
            (name, None if name in nulls else value)
            for name, value in self.record.headers
            if not name.startswith(PREFIX)
        )


class DeadLetters:
    """Puts records aside for one service; never gives up, so that no record is skipped silently."""

    def __init__(self, producer: EventProducer, topics: Mapping[str, Topic], *, prefix: str, service: str) -> None:
        self._producer = producer
        self._topics = topics
        self._to = full_name(prefix, DEAD_LETTERS)
        self._service = service

    async def put(self, record: Record, reason: str, kind: str, pause: Pause) -> None:
        """Publish the dead letter and return when Kafka has it. `kind` is the metric's label.

        Raises:
            AbandonedError: the partition was taken away first; the record will be read again.
        """
        topic = self._topics.get(record.topic)
        headers = letter_headers(record, reason, self._service, keeps_body=bool(topic and topic.keeps_body_when_dead))
        body = record.body if dict(headers)[BODY] == b"kept" else None
        for seconds in backoff(DEPENDENCY_FIRST_WAIT, 2.0, LONGEST_WAIT):
            try:
                await self._producer.send(self._to, key=record.key, value=body, headers=headers)
                break
            except TooLargeError:
                body, headers = None, _without_body(headers)
            except PublishFailedError:
                log.warning("a dead letter waits for Kafka", topic=record.topic, offset=record.offset)
            await pause(seconds)
        metrics.DEAD_LETTERS.labels(topic.name if topic else record.topic, kind).inc()
        log.error(
            "record put aside as a dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason[:LONGEST_REASON],
        )


def letter_headers(record: Record, reason: str, service: str, *, keeps_body: bool) -> RawHeaders:
    """The record's headers, and in `dl_…` why and from where it came. Headers of an earlier letter are replaced."""
    kept = [(name, value) for name, value in record.headers if not name.startswith(PREFIX)]
    nulls = ",".join(name for name, value in kept if value is None)
    origin = {
        TOPIC: record.topic,
        PARTITION: str(record.partition),
        OFFSET: str(record.offset),
        REASON: reason[:LONGEST_REASON],
        SERVICE: service,
        BODY: _body_state(record, keeps_body=keeps_body),
        **({NULL_HEADERS: nulls} if nulls else {}),
    }
    return (
        *((name, value or b"") for name, value in kept),
        *((name, value.encode()) for name, value in origin.items()),
    )


def _body_state(record: Record, *, keeps_body: bool) -> str:
    if record.body is None:
        return "none"
    return "kept" if keeps_body else "left"


def _without_body(headers: RawHeaders) -> RawHeaders:
    return tuple((name, b"left" if name == BODY else value) for name, value in headers)


def as_dead_letter(record: Record) -> DeadLetter | None:
    """Read a record of the dead-letter topic; None for what we did not write."""
    headers = text_headers(record.headers)
    try:
        return DeadLetter(
            id=f"{record.partition}-{record.offset}",
            origin_topic=headers[TOPIC],
            origin_partition=int(headers[PARTITION]),
            origin_offset=int(headers[OFFSET]),
            reason=headers.get(REASON, ""),
            service=headers.get(SERVICE, ""),
            has_body=headers.get(BODY) == "kept",
            record=record,
        )
    except (KeyError, ValueError):
        return None


async def list_dead_letters(settings: ServiceSettings) -> AsyncIterator[DeadLetter]:
    """All dead letters that are kept, oldest first. Raises DeadLetterError: Kafka does not answer."""
    async with _reader(settings) as consumer:
        async for record in read_kept(consumer, [full_name(settings.topic_prefix, DEAD_LETTERS)]):
            if (letter := as_dead_letter(record)) is not None:
                yield letter


async def show_dead_letter(settings: ServiceSettings, letter_id: str) -> DeadLetter:
    """Raises DeadLetterError: there is no such letter (any more), or Kafka does not answer."""
    async with _reader(settings) as consumer:
        return await _letter(consumer, settings, letter_id)


async def replay_dead_letter(settings: ServiceSettings, letter_id: str) -> DeadLetter:
    """Publish the record again on the topic it came from, with the same key, headers and `ce_id`.

    A body that was not kept is read from the origin.

    Raises:
        DeadLetterError: no such letter, the origin is not kept any more, or Kafka does not answer.
    """
    async with _reader(settings) as consumer:
        letter = await _letter(consumer, settings, letter_id)
        if letter.origin_topic not in {full_name(settings.topic_prefix, topic) for topic in TOPICS}:
            raise DeadLetterError(f"{letter.origin_topic} is none of our topics; nothing was published")
        record = await _original(consumer, letter)
    producer = EventProducer(client_options(settings, CLIENT_ID))
    producer.start()
    try:
        await producer.send(letter.origin_topic, key=record.key, value=record.body, headers=record.headers)
    except PublishFailedError as error:
        raise DeadLetterError(f"Kafka did not take the record ({error}); try again, it is safe to repeat") from None
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


async def _original(consumer: Reader, letter: DeadLetter) -> Record:
    body_state = text_headers(letter.record.headers).get(BODY)
    if body_state != "left":
        return replace(
            letter.record, headers=letter.original_headers, body=letter.record.body if body_state == "kept" else None
        )
    origin = await read_one(
        consumer, TopicPartition(letter.origin_topic, letter.origin_partition), letter.origin_offset
    )
    if origin is None:
        raise DeadLetterError(
            f"{letter.origin_topic} does not keep the record of dead letter {letter.id} any more; it cannot be replayed"
        )
    return origin


@asynccontextmanager
async def _reader(settings: ServiceSettings) -> AsyncIterator[Reader]:
    try:
        async with reader(settings, CLIENT_ID) as consumer:
            yield consumer
    except (KafkaError, OSError, TimeoutError) as error:
        raise DeadLetterError(f"Kafka at {settings.kafka_url} does not answer ({type(error).__name__})") from None
