"""A million people of before: documents like those of one who was really there, under other names, for the database to
be as full as after years."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient

from services.kit.ids import new_id

if TYPE_CHECKING:
    from tests.bench.running import Bench

BATCH = 1_000
KEPT: tuple[tuple[str, str], ...] = (
    ("enrollment", "accounts"),
    ("enrollment", "challenges"),
    ("notifier", "deliveries"),
    ("verifier", "challenges"),
)
"""What is left of a person, in which database. Each gets one of each."""

Document = dict[str, Any]
Pattern = Mapping[tuple[str, str], Document]


def pattern_of(bench: "Bench") -> Pattern:
    """The documents of somebody who registered a phone by text."""
    somebody = bench.platform.person("everyone")
    somebody.with_phone()
    client: MongoClient[Document] = MongoClient(bench.stack.mongodb_url, tz_aware=True)
    with client:
        found = {}
        for name, collection in KEPT:
            document = client[name][collection].find_one({"state.user": somebody.id}, sort=[("_id", -1)])
            if document is None:
                raise LookupError(f"{name}.{collection} has nothing of {somebody.id}")
            found[name, collection] = document
        return found


def fill(mongodb_url: str, pattern: Pattern, people: int, told: Callable[[int], None]) -> None:
    """So many people, with one ended challenge and one ended delivery each."""
    client: MongoClient[Document] = MongoClient(mongodb_url, w=1)
    with client:
        for start in range(0, people, BATCH):
            number = min(BATCH, people - start)
            for (name, collection), document in pattern.items():
                client[name][collection].insert_many(_copies(document, number), ordered=False)
            told(number)


def _copies(document: Document, number: int) -> Iterator[Document]:
    user = document["state"]["user"]
    for _ in range(number):
        copy, other = deepcopy(document), f"crowd.{new_id()}"
        _renamed(copy, user, other)
        copy["_id"] = _other_id(document["_id"], user, other)
        state = copy["state"]
        if "id" in state:
            state["id"] = copy["_id"].rpartition("/")[2].partition(":")[0]
        if "endedAt" in state:
            state["endedAt"] = datetime.now(UTC)
        copy.pop("relay", None)
        copy["outbox"] = []
        yield copy


def _other_id(identifier: str, user: str, other: str) -> str:
    """A name that nobody has: of the other person, else by a new id in the place of each."""
    if user in identifier:
        return identifier.replace(user, other)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _: new_id(), identifier)


def _renamed(value: Any, user: str, other: str) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            if part == user:
                value[name] = other
            else:
                _renamed(part, user, other)
    elif isinstance(value, list):
        for part in value:
            _renamed(part, user, other)
