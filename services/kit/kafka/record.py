"""A record as it lies on Kafka, and how it is read without ever raising."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.envelope import CORRELATION, TYPE, Envelope, Malformed, Unknown, decode

RawHeaders = tuple[tuple[str, bytes | None], ...]
Partition = tuple[str, int]
"""Topic and partition number."""


@dataclass(frozen=True)
class Record:
    """Bytes and where they lie. `topic` is the full name, with the prefix; `unreadable` is why the client could not
    even unpack them, and then there are none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: RawHeaders
    body: bytes | None
    unreadable: str | None = None

    @property
    def origin(self) -> Partition:
        return (self.topic, self.partition)

    @property
    def lane(self) -> bytes:
        """What must stay in order: records of one key, or of one partition where there is no key."""
        return self.key if self.key is not None else f"\0{self.topic}\0{self.partition}".encode()


def read(record: Record) -> Envelope | Unknown | Malformed:
    """The event in a record. Total: it never raises, whatever the bytes."""
    if record.unreadable is not None:
        return Malformed(f"cannot be unpacked: {record.unreadable}")
    for name, value in record.headers:
        if name.startswith("ce_") and text(value) is None:
            return Malformed(f"header {name[:64]} is not text")
    return decode(text_headers(record.headers), record.body)


def correlation_of(record: Record) -> str:
    """What the record says that it is about, without reading the rest; empty where it says nothing."""
    return _header(record, CORRELATION)


def type_of(record: Record) -> str:
    """Of which type it says that it is, without reading the rest; empty where it says nothing."""
    return _header(record, TYPE)


def _header(record: Record, wanted: str) -> str:
    return next((text(value) or "" for name, value in record.headers if name == wanted), "")


def text_headers(headers: RawHeaders) -> dict[str, str]:
    return {name: value for name, raw in headers if (value := text(raw)) is not None}


def text(value: bytes | None) -> str | None:
    """The value as text, or None where it is none."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def raw_headers(headers: Sequence[tuple[str, bytes | None]] | None) -> RawHeaders:
    return tuple((name, value) for name, value in headers or ())
