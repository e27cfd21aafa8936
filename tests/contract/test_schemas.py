"""The exported contract is current, closed, and says what travels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from schemas import asyncapi
from schemas.base import Event
from schemas.export import DIRECTORY, documents, event_schema, outdated
from schemas.notification import SendRefused
from schemas.topics import EVENTS, TOPICS

SEALED = str({"maxLength": 8192, "pattern": "^[A-Za-z0-9._-]+$", "type": "string"})[1:-1]
"""How a sealed value looks in a schema."""


def test_exported_schemas_are_current() -> None:
    assert outdated(documents(), DIRECTORY) == []


def test_the_export_says_the_same_each_time() -> None:
    assert documents() == documents()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_schemas_are_valid_and_closed(event: type[Event]) -> None:
    schema = event_schema(event)

    Draft202012Validator.check_schema(schema)
    assert all(node["additionalProperties"] is False for node in _objects(schema))


def test_an_event_as_it_travels_is_valid_by_its_schema() -> None:
    event = SendRefused(
        challenge_id="c1",
        delivery_id="d1",
        send=1,
        channel="sms",
        reason="resendTooSoon",
        refused_at=datetime(2026, 11, 24, tzinfo=UTC),
    )

    body = event.model_dump(mode="json", by_alias=True, exclude_none=True)

    Draft202012Validator(event_schema(SendRefused)).validate(body)


def test_sealed_values_travel_only_on_topics_kept_for_a_day_at_most() -> None:
    sealed = {name for name, event in EVENTS.items() if SEALED in str(event_schema(event))}
    kept_longer = [topic for topic in TOPICS if topic.retention is None or topic.retention > timedelta(days=1)]

    assert "CodeSubmitted" in sealed
    assert [(t.name, e.__name__) for t in kept_longer for e in t.events if e.__name__ in sealed] == []


def test_dead_letters_do_not_keep_sealed_values() -> None:
    sealed = {name for name, event in EVENTS.items() if SEALED in str(event_schema(event))}
    with_body = [topic for topic in TOPICS if topic.keeps_body_when_dead]

    assert [(t.name, e.__name__) for t in with_body for e in t.events if e.__name__ in sealed] == []


def test_event_names_are_unique_across_topics_that_differ() -> None:
    modules = {(name, event.__module__) for topic in TOPICS for event in topic.events for name in [event.__name__]}

    assert len(modules) == len(EVENTS)


def test_the_asyncapi_document_is_current() -> None:
    assert asyncapi.PATH.read_text("utf-8") == asyncapi.text()


def test_the_asyncapi_document_is_of_version_3() -> None:
    ApplicationSchema.model_validate(_written_asyncapi())


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = _written_asyncapi()

    for reference in _references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_event_is_a_message_of_its_channel() -> None:
    document = asyncapi.document()

    for topic in TOPICS:
        assert set(document["channels"][topic.name]["messages"]) == {event.__name__ for event in topic.events}


def _written_asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(asyncapi.PATH.read_text("utf-8"))
    return document


def _objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in _objects(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for value in node.values() for found in _objects(value)]


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for item in node for found in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for value in node.values() for found in _references(value)]
