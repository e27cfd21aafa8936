"""Filters of the database's query language, as far as the services use it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions

from services.kit.mongo.client import Document

OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True)
ABSENT = object()


class UnsupportedError(Exception):
    """No service uses this of a database, or it is to be added here."""


def as_asked(criteria: Mapping[str, Any]) -> Document:
    """The criteria as the database gets them: a time to the millisecond, a tuple as a list. Once for a question, since
    this takes longer than to compare a document with it."""
    return bson.decode(bson.encode(criteria), OPTIONS)


def matches(document: Document, criteria: Mapping[str, Any]) -> bool:
    """Whether a document meets the criteria, as MongoDB's query language has it. Times are compared `as_asked`."""
    return all(
        any(matches(document, choice) for choice in wanted)
        if name == "$or"
        else meets(value_at(document, name), wanted)
        for name, wanted in criteria.items()
    )


def meets(value: object, wanted: object) -> bool:
    if isinstance(wanted, Mapping) and any(str(name).startswith("$") for name in wanted):
        return all(_operator(name)(value, operand) for name, operand in wanted.items())
    return bool(wanted == value or (wanted is None and value is ABSENT))


def _operator(name: str) -> Callable[[Any, Any], bool]:
    if name not in OPERATORS:
        raise UnsupportedError(name)
    return OPERATORS[name]


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """MongoDB compares only values of the same type."""

    def compare(value: object, bound: object) -> bool:
        return rank(value)[0] == rank(bound)[0] and holds(value, bound)

    return compare


def rank(value: object) -> tuple[int, Any]:
    """The order of types: nothing, numbers, text, the rest (booleans and times)."""
    if value is None or value is ABSENT:
        return 0, 0
    if isinstance(value, bool):
        return 3, value
    return (1, value) if isinstance(value, int | float) else (2, value) if isinstance(value, str) else (4, value)


def value_at(document: Document, path: str) -> object:
    value: Any = document
    for name in path.split("."):
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, Mapping) and name in value:
            value = value[name]
        else:
            return ABSENT
    return value


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$lt": _compared(lambda value, bound: value < bound),
    "$lte": _compared(lambda value, bound: value <= bound),
    "$gt": _compared(lambda value, bound: value > bound),
    "$gte": _compared(lambda value, bound: value >= bound),
    "$in": lambda value, wanted: any(meets(value, one) for one in wanted),
    "$nin": lambda value, wanted: not any(meets(value, one) for one in wanted),
    "$not": lambda value, unwanted: not meets(value, unwanted),
    "$exists": lambda value, wanted: (value is not ABSENT) is wanted,
    "$size": lambda value, wanted: isinstance(value, list) and len(value) == wanted,
    "$type": lambda value, wanted: isinstance(value, {"string": str}[wanted]),
    "$regex": lambda value, wanted: isinstance(value, str) and re.search(wanted, value) is not None,
}
