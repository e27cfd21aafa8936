"""CloudEvents 1.0 on Kafka, binary mode: the one place where attributes and headers meet.

Source: CloudEvents Kafka protocol binding 1.0.2, sections 3.2 and 3.2.3.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from schemas.base import Event
from schemas.topics import EVENTS

SPECVERSION = "1.0"
TYPE = "ce_type"
CORRELATION = "ce_correlationid"
"""The header that names the challenge, else the session."""
MAC = "ce_mac"
"""The header of a topic's MAC (`Topic.authenticated_by`); an extension attribute (CloudEvents 1.0.2, section 3.1.4)."""
CONTENT_TYPE = "application/json"

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Envelope:
    """An event with its CloudEvents attributes.

    `subject` is the user id, `correlation_id` the challenge or else the session, `causation_id` the event that led
    to this one, `sequence` the version of the account (lifecycle only).
    """

    id: str
    type: str
    source: str
    time: datetime
    tenant: str
    correlation_id: str
    event: Event
    subject: str | None = None
    causation_id: str | None = None
    sequence: int | None = None
    traceparent: str | None = None

    @property
    def key(self) -> bytes:
        """Kafka key: `{tenant}/{user}`, or the tenant alone where no user is concerned."""
        return (f"{self.tenant}/{self.subject}" if self.subject else self.tenant).encode()

    @property
    def body(self) -> bytes:
        """The event as JSON."""
        return _body_of(self.event)

    @property
    def headers(self) -> Headers:
        """Kafka headers; absent attributes have none."""
        values = {
            "ce_specversion": SPECVERSION,
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_subject": self.subject,
            "ce_time": self.time.isoformat().replace("+00:00", "Z"),
            "ce_dataschema": data_schema(type(self.event)),
            "ce_tenant": self.tenant,
            CORRELATION: self.correlation_id,
            "ce_causationid": self.causation_id,
            "ce_sequence": None if self.sequence is None else str(self.sequence),
            "traceparent": self.traceparent,
            "content-type": CONTENT_TYPE,
        }
        return [(name, value.encode()) for name, value in values.items() if value is not None]


@dataclass(frozen=True)
class Unknown:
    """A record of a type that this version does not know: skipped and counted."""

    type: str


@dataclass(frozen=True)
class Malformed:
    """A record that can never be understood; `reason` never quotes its content."""

    reason: str


def data_schema(event: type[Event]) -> str:
    """The path of the event's JSON Schema, relative to `schemas/json/`."""
    return f"urn:security-info:schema:{event.__name__}:{event.VERSION}"


def decode(headers: dict[str, str], body: bytes | None) -> Envelope | Unknown | Malformed:
    """Read a record. Total: it never raises, whatever the bytes. Fields that are not known are dropped."""
    missing = [name for name in ("ce_id", "ce_type", "ce_source", "ce_time", "ce_tenant") if not headers.get(name)]
    if missing:
        return Malformed(f"missing header {missing[0]}")
    known = EVENTS.get(headers["ce_type"])
    if known is None:
        return Unknown(headers["ce_type"][:128])
    try:
        sequence = headers.get("ce_sequence")
        return Envelope(
            id=headers["ce_id"],
            type=headers["ce_type"],
            source=headers["ce_source"],
            time=datetime.fromisoformat(headers["ce_time"]),
            tenant=headers["ce_tenant"],
            correlation_id=headers.get(CORRELATION, ""),
            event=known.model_validate_json(body or b"", extra="ignore"),
            subject=headers.get("ce_subject"),
            causation_id=headers.get("ce_causationid"),
            sequence=int(sequence) if sequence else None,
            traceparent=headers.get("traceparent"),
        )
    except ValidationError as error:
        return Malformed("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors()[:3]))
    except (ValueError, RecursionError) as error:
        return Malformed(type(error).__name__)


def _body_of(event: Event) -> bytes:
    """What is None is left out, unless a reader needs the field: then it is null, as the schema says."""
    needed = {
        field.alias or name: None
        for name, field in type(event).model_fields.items()
        if field.is_required() and getattr(event, name) is None
    }
    if not needed:
        return event.model_dump_json(by_alias=True, exclude_none=True).encode()
    return json.dumps(event.model_dump(mode="json", by_alias=True, exclude_none=True) | needed).encode()
