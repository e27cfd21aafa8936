"""Writes `docs/asyncapi.yaml` (AsyncAPI 3.0) from the topic table and the event models.

`python -m schemas.asyncapi` writes, `python -m schemas.asyncapi --check` only says whether it is current. A tool of the
repository: it needs PyYAML, which the contract itself does not.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import yaml

from schemas.base import Event
from schemas.envelope import CONTENT_TYPE
from schemas.export import event_schema
from schemas.topics import EVENTS, TOPICS, Service, Topic, kafka_settings

PATH = Path(__file__).parents[1] / "docs" / "asyncapi.yaml"
KEY_DESCRIPTION = "`{tenant}/{user}`, or the tenant alone where no user is concerned"

HEADERS: dict[str, str] = {
    "ce_specversion": "always 1.0",
    "ce_id": "UUIDv7; a repeated record has the same",
    "ce_type": "the name of the event",
    "ce_source": "the service that says it",
    "ce_time": "RFC 3339",
    "ce_dataschema": "URN of the JSON Schema in schemas/json/",
    "ce_tenant": "the organisation",
    "ce_correlationid": "the challenge on all events about one, else the session",
    "ce_subject": "opaque user id; absent where no user is concerned",
    "ce_causationid": "the event that led to this one; absent on the first of a chain",
    "ce_sequence": "lifecycle only: strictly increases per user",
    "ce_mac": "verdicts: `{keyId}.{base64url}`, HMAC-SHA-256 over topic, `ce_` headers and body",
    "traceparent": "W3C Trace Context",
    "content-type": CONTENT_TYPE,
}
OPTIONAL_HEADERS = frozenset({"ce_subject", "ce_causationid", "ce_sequence", "ce_mac", "traceparent"})


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Security info: events",
            "version": "1",
            "description": "CloudEvents 1.0 on Kafka in binary mode. Generated from schemas/topics.py; do not edit. "
            "Topics carry the prefix of SECURITY_INFO_TOPIC_PREFIX, here its default.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations(TOPICS)),
        "components": {
            "messages": {name: _message(event) for name, event in sorted(EVENTS.items())},
            "messageTraits": {"cloudEvent": _cloud_event()},
        },
    }


def text() -> str:
    """The document as YAML."""
    return yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Repeats shared values instead of naming them by anchors, which readers of YAML stumble over."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": f"security-info.{topic.name}",
        "description": _kept(topic),
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in topic.events},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": _configuration(topic)}},
    }


def _configuration(topic: Topic) -> dict[str, Any]:
    """What the Kafka binding 0.5.0 has a name for."""
    settings = kafka_settings(topic)
    return {"cleanup.policy": [settings["cleanup.policy"]], "retention.ms": int(settings["retention.ms"])}


def _kept(topic: Topic) -> str:
    if topic.retention is None:
        return "Kept for ever."
    hours = int(topic.retention.total_seconds()) // 3600
    return f"Kept for {hours // 24} days." if hours % 24 == 0 and hours > 24 else f"Kept for {hours} h."


def _operations(topics: Iterable[Topic]) -> Iterable[tuple[str, dict[str, Any]]]:
    for topic in topics:
        for service in get_args(Service):
            if service in topic.producers:
                yield f"{service}.send.{topic.name}", _operation("send", topic)
            if service in topic.consumers:
                yield f"{service}.receive.{topic.name}", _operation("receive", topic)


def _operation(action: str, topic: Topic) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}}


def _message(event: type[Event]) -> dict[str, Any]:
    schema = event_schema(event)
    return {
        "name": event.__name__,
        "summary": " ".join((event.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": _inlined(schema, schema.get("$defs", {})),
    }


def _cloud_event() -> dict[str, Any]:
    return {
        "headers": {
            "type": "object",
            "required": [name for name in HEADERS if name not in OPTIONAL_HEADERS],
            "properties": {name: {"type": "string", "description": meaning} for name, meaning in HEADERS.items()},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": KEY_DESCRIPTION}}},
    }


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its definitions in place: references within a payload would point into the document."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rpartition("/")[2]]
        return _inlined({**target, **{name: value for name, value in node.items() if name != "$ref"}}, definitions)
    return {name: _inlined(value, definitions) for name, value in node.items() if name not in ("$defs", "$schema")}


def main(arguments: list[str]) -> int:
    """Write or check; 1 when it is not current, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas.asyncapi [--check]\n")
        return 2
    wanted = text()
    if not arguments:
        PATH.write_text(wanted, "utf-8")
    elif not PATH.exists() or PATH.read_text("utf-8") != wanted:
        sys.stderr.write("docs/asyncapi.yaml: not current: run `python -m schemas.asyncapi` and commit it\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
