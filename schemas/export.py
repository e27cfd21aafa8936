"""Writes the events' JSON Schemas and the topic table to `schemas/json/`, for platforms that do not speak Python.

`python -m schemas.export` writes, `python -m schemas.export --check` only says what is not current. One file an event
and version; the files of earlier versions stay, because records of that version are still read.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import Event
from schemas.envelope import data_schema
from schemas.topics import EVENTS, TOPICS, Topic

DIRECTORY = Path(__file__).parent / "json"
TOPIC_TABLE = "topics.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _WithoutFieldTitles(GenerateJsonSchema):
    """Titles of fields only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # the signature is pydantic's
        return False


def file_name(event: type[Event]) -> str:
    """The file of the event's current version."""
    return f"{event.__name__}.{event.VERSION}.json"


def event_schema(event: type[Event]) -> dict[str, Any]:
    """The closed JSON Schema (draft 2020-12) of an event's body."""
    schema = event.model_json_schema(by_alias=True, schema_generator=_WithoutFieldTitles)
    return {"$schema": DIALECT, "$id": data_schema(event), **schema}


def topic_table() -> dict[str, Any]:
    """The topics by their name after the prefix."""
    return {topic.name: _topic(topic) for topic in TOPICS}


def documents() -> dict[str, str]:
    """What belongs in `schemas/json/`: text by file name."""
    contents: dict[str, Any] = {file_name(event): event_schema(event) for event in EVENTS.values()}
    contents[TOPIC_TABLE] = topic_table()
    return {name: _text(contents[name]) for name in sorted(contents)}


def outdated(wanted: Mapping[str, str], directory: Path) -> list[str]:
    """The names of files that are absent or say something else."""
    paths = {name: directory / name for name in wanted}
    return [name for name, path in paths.items() if not path.exists() or path.read_text("utf-8") != wanted[name]]


def _topic(topic: Topic) -> dict[str, Any]:
    return {
        "events": sorted(f"{event.__name__}.{event.VERSION}" for event in topic.events),
        "producers": sorted(topic.producers),
        "consumers": sorted(topic.consumers),
        "partitions": topic.partitions,
        "retentionSeconds": None if topic.retention is None else int(topic.retention.total_seconds()),
    }


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; 1 when something is not current, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas.export [--check]\n")
        return 2
    wanted = documents()
    stale = outdated(wanted, DIRECTORY)
    if arguments:
        for name in stale:
            sys.stderr.write(f"schemas/json/{name}: not current: run `python -m schemas.export` and commit it\n")
        return 1 if stale else 0
    DIRECTORY.mkdir(exist_ok=True)
    for name in stale:
        (DIRECTORY / name).write_text(wanted[name], "utf-8")
    sys.stdout.write(f"schemas/json: {len(stale)} of {len(wanted)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
