"""Which changes of a schema need a new version."""

import json
from typing import Any

import pytest

from schemas.compatibility import breaks, check, digest, given_up, not_reset, schema_breaks, table_breaks

BASE: dict[str, Any] = {
    "type": "object",
    "description": "Something happened.",
    "additionalProperties": False,
    "required": ["id", "reason", "terms"],
    "properties": {
        "id": {"type": "string", "maxLength": 64},
        "reason": {"enum": ["late", "wrong"], "type": "string"},
        "retryAfter": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}], "default": None},
        "terms": {"$ref": "#/$defs/Terms"},
    },
    "$defs": {
        "Terms": {
            "type": "object",
            "additionalProperties": False,
            "required": ["code"],
            "properties": {"code": {"$ref": "#/$defs/Code"}},
        },
        "Code": {
            "type": "object",
            "additionalProperties": False,
            "required": ["digits"],
            "properties": {"digits": {"type": "integer"}, "kind": {"const": "hotp", "type": "string"}},
        },
    },
}


def changed(*path: str, to: Any) -> dict[str, Any]:
    """BASE with one value replaced, or removed when `to` is None."""
    copy: dict[str, Any] = json.loads(json.dumps(BASE))
    node = copy
    for part in path[:-1]:
        node = node[part]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return copy


def changes(new: dict[str, Any]) -> list[tuple[str, str]]:
    return [(b.path, b.change) for b in schema_breaks("Event.1.json", BASE, new)]


@pytest.mark.parametrize(
    "new",
    [
        BASE,
        changed("properties", "note", to={"type": "string"}),
        changed("$defs", "Code", "properties", "note", to={"type": "string"}),
        changed("description", to="Said better."),
        changed("properties", "id", "description", to="opaque"),
    ],
    ids=["nothing", "optional field", "optional field deep down", "description", "field description"],
)
def test_within_a_version_an_optional_field_may_be_added(new: dict[str, Any]) -> None:
    assert changes(new) == []


def test_renaming_a_definition_changes_nothing() -> None:
    text = json.dumps(BASE).replace('"Terms"', '"ChallengeTerms"').replace("$defs/Terms", "$defs/ChallengeTerms")

    assert changes(json.loads(text)) == []


@pytest.mark.parametrize(
    ("new", "path", "words"),
    [
        (changed("properties", "retryAfter", to=None), "/retryAfter", "removed"),
        (changed("required", to=["id", "reason", "terms", "retryAfter"]), "/retryAfter", "became required"),
        (changed("required", to=["id", "terms"]), "/reason", "no longer required"),
        (changed("properties", "id", "type", to="integer"), "/id", "`type` changed"),
        (changed("properties", "id", "maxLength", to=128), "/id", "`maxLength` changed from 64 to 128"),
        (changed("properties", "id", "maxLength", to=None), "/id", "`maxLength` changed"),
        (changed("properties", "id", "pattern", to="^a$"), "/id", "`pattern` changed"),
        (changed("properties", "reason", "enum", to=["late", "wrong", "cold"]), "/reason", 'widened by "cold"'),
        (changed("properties", "reason", "enum", to=["late"]), "/reason", 'narrowed by "wrong"'),
        (changed("properties", "reason", "enum", to=None), "/reason", "`enum` changed"),
        (changed("additionalProperties", to=True), "/additionalProperties", "false became true"),
        (changed("properties", "retryAfter", "default", to=5), "/retryAfter", "`default` changed"),
        (changed("properties", "retryAfter", "anyOf", to=[{"type": "integer"}]), "/retryAfter", "`anyOf` changed"),
        (
            changed("properties", "retryAfter", "anyOf", to=[{"type": "integer", "minimum": 1}, {"type": "null"}]),
            "/retryAfter/anyOf/0",
            "`minimum` changed from 0 to 1",
        ),
        (changed("$defs", "Code", "properties", "digits", "type", to="string"), "/terms/code/digits", "`type` changed"),
        (changed("$defs", "Code", "properties", "kind", to=None), "/terms/code/kind", "removed"),
        (
            changed("$defs", "Code", "properties", "kind", to={"enum": ["hotp", "totp"], "type": "string"}),
            "/terms/code/kind",
            'widened by "totp"',
        ),
    ],
)
def test_anything_else_needs_a_new_version(new: dict[str, Any], path: str, words: str) -> None:
    [(found_path, change)] = changes(new)

    assert found_path == path
    assert words in change


def test_a_new_field_must_not_be_required() -> None:
    new = changed("properties", "note", to={"type": "string"})
    new["required"] = [*BASE["required"], "note"]

    assert changes(new) == [("/note", "a required field was added")]


def test_recursive_definitions_are_compared_once() -> None:
    tree = {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "id": {"type": "string"}}}
        },
    }
    other = json.loads(json.dumps(tree).replace('"string"', '"integer"'))

    assert schema_breaks("Tree.1.json", tree, tree) == []
    assert [b.path for b in schema_breaks("Tree.1.json", tree, other)] == ["/id"]


TABLE: dict[str, Any] = {"verdicts": {"events": ["Verified.1", "Failed.1"], "partitions": 12}}


def test_a_topic_may_gain_events_and_versions() -> None:
    new = {"verdicts": {"events": ["Verified.2", "Failed.1", "Expired.1"], "partitions": 12}, "more": {"events": []}}

    assert table_breaks(TABLE, new) == []


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({}, "topic was removed"),
        ({"verdicts": {"events": ["Verified.1"], "partitions": 12}}, "lost Failed"),
        ({"verdicts": {"events": ["Verified.1", "Failed.1"], "partitions": 24}}, "number of partitions changed"),
    ],
)
def test_a_topic_loses_nothing(new: dict[str, Any], words: str) -> None:
    [found] = table_breaks(TABLE, new)

    assert words in found.change


OLD = {"Event.1.json": json.dumps(BASE)}
BROKEN = {"Event.1.json": json.dumps(changed("properties", "retryAfter", to=None))}
RESET = {"file": "Event.1.json", "replaces": digest(OLD["Event.1.json"]), "reason": "nobody reads it yet"}


def test_a_published_version_stays() -> None:
    assert [b.change.split(";")[0] for b in breaks(OLD, {"Event.2.json": "{}"})] == ["the file is gone"]


def test_a_new_version_beside_the_old_one_is_fine() -> None:
    assert breaks(OLD, OLD | {"Event.2.json": json.dumps({"type": "object"})}) == []


def test_before_the_first_release_a_reset_allows_a_break() -> None:
    assert not_reset(breaks(OLD, BROKEN), OLD, [RESET], "0.1.0") == []


def test_a_reset_counts_only_for_the_file_that_it_gives_up() -> None:
    other = RESET | {"replaces": digest("something else")}

    assert len(not_reset(breaks(OLD, BROKEN), OLD, [other], "0.1.0")) == 1


def test_after_the_first_release_there_are_no_resets() -> None:
    assert len(not_reset(breaks(OLD, BROKEN), OLD, [RESET], "1.0.0")) == 1


def test_a_reset_gives_up_every_earlier_text_of_the_file() -> None:
    older = {"Event.1.json": json.dumps(changed("properties", "id", "maxLength", to=32))}

    entries = given_up("Event.1.json", [older, OLD], BROKEN, "why")

    assert check([older, OLD], BROKEN | {"resets.json": json.dumps(entries)}) == []
    assert [b.path for b in check([older, OLD], BROKEN)] == ["/retryAfter", "/id"]


def test_there_is_nothing_to_reset_in_a_file_that_did_not_change() -> None:
    assert given_up("Event.1.json", [OLD], OLD, "why") == []
