"""Events that wait in a document until the relay has published them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.envelope import Envelope
from schemas.topics import EVENTS, TOPICS, Topic
from services.kit.decision import Emission
from services.kit.ids import new_id

BY_NAME = {topic.name: topic for topic in TOPICS}

LARGEST_EVENT = 900_000
"""Bytes of an event's JSON. Kafka takes records of 1 MiB unless it is told otherwise; headers and key need room."""


class EventTooLargeError(Exception):
    """Kafka will never take the event: it is refused where it is made, and trying again does not help."""


@dataclass(frozen=True)
class Pending:
    """An emission with its envelope, as it waits."""

    topic: Topic
    envelope: Envelope


def enclose(
    emission: Emission, *, source: str, at: datetime, traceparent: str | None, cause: Envelope | None
) -> Pending:
    """Give an emission its identity, once, before it is stored: a repeated publish carries the same id."""
    envelope = Envelope(
        id=new_id(),
        type=type(emission.event).__name__,
        source=source,
        time=at,
        tenant=emission.tenant,
        subject=emission.user,
        correlation_id=emission.correlation_id,
        causation_id=cause.id if cause else None,
        sequence=emission.sequence,
        traceparent=traceparent,
        event=emission.event,
    )
    return Pending(emission.topic, envelope)


def to_document(pending: Pending) -> dict[str, Any]:
    """How a pending event is kept; absent attributes are left out.

    Raises:
        EventTooLargeError: Kafka would never take it, so the change that emits it must not be committed.
    """
    envelope = pending.envelope
    event = envelope.event.model_dump_json(by_alias=True, exclude_none=True)
    if len(event.encode()) > LARGEST_EVENT:
        raise EventTooLargeError(envelope.type)
    entry = {
        "id": envelope.id,
        "topic": pending.topic.name,
        "type": envelope.type,
        "source": envelope.source,
        "time": envelope.time,
        "tenant": envelope.tenant,
        "subject": envelope.subject,
        "correlationId": envelope.correlation_id,
        "causationId": envelope.causation_id,
        "sequence": envelope.sequence,
        "traceparent": envelope.traceparent,
        "event": event,
    }
    return {name: value for name, value in entry.items() if value is not None}


def from_document(entry: dict[str, Any]) -> Pending:
    """The event as this version knows it: a field that a newer one added is left out, as in an event of this one.

    Raises:
        KeyError, ValueError: its type, its topic or what it says is not known here.
    """
    envelope = Envelope(
        id=entry["id"],
        type=entry["type"],
        source=entry["source"],
        time=entry["time"],
        tenant=entry["tenant"],
        subject=entry.get("subject"),
        correlation_id=entry["correlationId"],
        causation_id=entry.get("causationId"),
        sequence=entry.get("sequence"),
        traceparent=entry.get("traceparent"),
        event=EVENTS[entry["type"]].model_validate_json(entry["event"], extra="ignore"),
    )
    return Pending(BY_NAME[entry["topic"]], envelope)
