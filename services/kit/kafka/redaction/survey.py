"""What lies on a topic, as far as redacting it goes: pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.enrollment import NO_NAME
from services.kit.kafka.record import Record

NAME = "displayName"
"""The field of a body in which earlier versions wrote masks of numbers and addresses, and names of devices."""


def without_name(body: bytes | None) -> bytes | None:
    """The body with an empty name; all else stays, also what this version does not know. What is no JSON object, or has
    no name, stays as it is."""
    read = _read(body)
    if not isinstance(read, dict) or not read.get(NAME):
        return body
    return json.dumps({**read, NAME: NO_NAME}, ensure_ascii=False, separators=(",", ":")).encode()


def has_name(body: bytes | None) -> bool:
    return without_name(body) != body


def _read(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None


@dataclass
class Ids:
    """The events that were met, by `ce_id`: one that comes again is the same event, and one copy of it is enough."""

    _met: set[bytes] = field(default_factory=set)

    def is_new(self, record: Record) -> bool:
        """Whether this is the first record of its event; what has no id is always one of its own."""
        identifier = dict(record.headers).get("ce_id")
        if identifier is None:
            return True
        is_new = identifier not in self._met
        self._met.add(identifier)
        return is_new


@dataclass(frozen=True)
class Survey:
    """What was found, by partition: `records` that are kept, `named` those with a name in their body, and `read_to` the
    offset up to which a group must have read to have seen every event at least once."""

    records: Mapping[int, int]
    named: Mapping[int, int]
    read_to: Mapping[int, int]

    @property
    def partitions(self) -> list[int]:
        """Those that have to be written anew."""
        return sorted(number for number, count in self.named.items() if count)


class SurveyInProgress:
    """A survey that grows record by record, so that a topic need not fit into memory; the ids of its events must."""

    def __init__(self) -> None:
        self._ids: dict[int, Ids] = {}
        self._records: dict[int, int] = {}
        self._named: dict[int, int] = {}
        self._read_to: dict[int, int] = {}

    def add(self, record: Record) -> None:
        number = record.partition
        self._records[number] = self._records.get(number, 0) + 1
        self._named[number] = self._named.get(number, 0) + has_name(record.body)
        if self._ids.setdefault(number, Ids()).is_new(record):
            self._read_to[number] = record.offset + 1

    @property
    def survey(self) -> Survey:
        return Survey(self._records, self._named, self._read_to)


def behind(survey: Survey, committed: Mapping[int, int]) -> bool:
    """Whether a group that committed these offsets, by partition, has events of a partition to read that is written
    anew. Where it committed none, it begins by itself."""
    return any(committed[number] < survey.read_to[number] for number in survey.partitions if number in committed)
