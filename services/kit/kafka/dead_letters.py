"""Records that no handler could deal with, put aside with reason and origin.

A dead letter has the record's key and headers, and its body only where the topic's retention allows it. It is for
people to read: what is replayed is the origin (`replay.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from schemas.topics import DEAD_LETTERS, Topic, full_name
from services.kit.kafka import metrics
from services.kit.kafka.lanes import Pause
from services.kit.kafka.policy import LONGEST_WAIT, dependency_waits
from services.kit.kafka.producer import EventProducer
from services.kit.kafka.record import RawHeaders, Record, text_headers
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import PublishFailedError

log = structlog.get_logger(__name__)

PREFIX = "dl_"
TOPIC, PARTITION, OFFSET = "dl_origin_topic", "dl_origin_partition", "dl_origin_offset"
REASON, SERVICE, BODY, NULL_HEADERS, CUT = "dl_reason", "dl_service", "dl_body", "dl_null_headers", "dl_cut"
LONGEST_REASON = 300
LONGEST_KEPT_WHEN_CUT = 256
ATTRIBUTES = frozenset({"ce_id", "ce_type", "ce_source", "ce_time", "ce_tenant", "ce_subject", "ce_correlationid"})
"""The headers that a letter keeps first."""


@dataclass(frozen=True)
class DeadLetter:
    """A record that was put aside. `id` is its place on the dead-letter topic, `origin` where it came from; `is_cut` if
    the whole did not fit."""

    id: str
    origin_topic: str
    origin_partition: int
    origin_offset: int
    reason: str
    service: str
    has_body: bool
    is_cut: bool
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
        letters = letters_for(record, reason, self._service, keeps_body=bool(topic and topic.keeps_body_when_dead))
        while not await self._put_one_of(letters, record, pause):
            await pause(LONGEST_WAIT)
        metrics.DEAD_LETTERS.labels(topic.name if topic else record.topic, kind).inc()
        log.error(
            "record put aside as a dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason[:LONGEST_REASON],
        )

    async def _put_one_of(self, letters: "tuple[Letter, ...]", record: Record, pause: Pause) -> bool:
        """Publish the first that Kafka does not find too large."""
        waits = dependency_waits()
        for letter in letters:
            while True:
                try:
                    await self._producer.send(self._to, key=letter.key, value=letter.body, headers=letter.headers)
                except EventTooLargeError:
                    break
                except PublishFailedError:
                    log.warning("a dead letter waits for Kafka", topic=record.topic, offset=record.offset)
                    await pause(next(waits))
                else:
                    return True
        return False


@dataclass(frozen=True)
class Letter:
    """What is written on the dead-letter topic for a record."""

    key: bytes | None
    body: bytes | None
    headers: RawHeaders


def letters_for(record: Record, reason: str, service: str, *, keeps_body: bool) -> tuple[Letter, ...]:
    """The letter for a record, and what is left of it where it is too large: without the body, with the event's
    attributes alone, with its origin alone. Headers of an earlier letter are replaced."""
    origin = {
        TOPIC: record.topic,
        PARTITION: str(record.partition),
        OFFSET: str(record.offset),
        REASON: reason[:LONGEST_REASON],
        SERVICE: service,
    }
    whole = tuple((name, value) for name, value in record.headers if not name.startswith(PREFIX))
    short = tuple(
        (name, value) for name, value in whole if name in ATTRIBUTES and len(value or b"") <= LONGEST_KEPT_WHEN_CUT
    )
    left = "none" if record.body is None else "left"
    without_body = Letter(record.key, None, _headers(whole, origin | {BODY: left}))
    smaller = (
        without_body,
        Letter(None, None, _headers(short, origin | {BODY: left, CUT: "headers"})),
        Letter(None, None, _headers((), origin | {BODY: left, CUT: "headers"})),
    )
    if record.body is None or not keeps_body:
        return smaller
    return (Letter(record.key, record.body, _headers(whole, origin | {BODY: "kept"})), *smaller)


def _headers(kept: RawHeaders, origin: Mapping[str, str]) -> RawHeaders:
    nulls = ",".join(name for name, value in kept if value is None)
    added = {**origin, **({NULL_HEADERS: nulls} if nulls else {})}
    return (
        *((name, value or b"") for name, value in kept),
        *((name, value.encode(errors="replace")) for name, value in added.items()),
    )


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
            is_cut=CUT in headers,
            record=record,
        )
    except (KeyError, ValueError):
        return None
