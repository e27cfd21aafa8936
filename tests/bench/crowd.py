"""A million people of before: documents like those of one who was really there, under other names, for the database to
be as full as after years."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from services.kit.ids import new_id

if TYPE_CHECKING:
    from tests.bench.running import Bench

BATCH = 1_000
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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
    client: MongoClient[Any] = MongoClient(mongodb_url, w=1)
    with client:
        for start in range(0, people, BATCH):
            number = min(BATCH, people - start)
            for (name, collection), document in pattern.items():
                client[name][collection].insert_many(list(_copies(document, number)), ordered=False)
            told(number)


def _copies(document: Document, number: int) -> Iterator[RawBSONDocument]:
    """The same with other names of the same length, in the bytes: a million dictionaries would take far longer."""
    silent = {name: value for name, value in document.items() if name != "relay"} | {"outbox": []}
    content, user = bson.encode(silent), document["state"]["user"].encode()
    ids = {found.encode() for found in UUID.findall(f"{document['_id']} {document['state'].get('id', '')}")}
    for _ in range(number):
        copy = content.replace(user, secrets.token_hex(len(user))[: len(user)].encode())
        for identifier in ids:
            copy = copy.replace(identifier, new_id().encode())
        yield RawBSONDocument(copy)
