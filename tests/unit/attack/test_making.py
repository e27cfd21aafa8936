"""More requests from those that schemathesis made."""

import random
from typing import Any

import pytest
import schemathesis.openapi
from schemathesis.core.result import Ok

from tests.attack.making import VALUES, WORDS, Operation, copied, mixed, pool_of, spoilt

BODY = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {}}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "People", "version": "1"},
    "paths": {
        "/people/{person}": {
            "put": {
                "operationId": "put",
                "parameters": [
                    {"name": "person", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}},
                "responses": {"204": {"description": "Done."}},
            }
        }
    },
}


@pytest.fixture(scope="module")
def operation() -> Operation:
    (found,) = schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    assert isinstance(found, Ok)
    made: Operation = found.ok()
    return made


def test_as_many_as_are_wanted_and_first_those_that_were_made(operation: Operation) -> None:
    pool = pool_of(operation, 20, 1)
    asked = list(pool.requests(len(pool.made) + 200, random.Random(1)))  # noqa: S311 # a choice
    assert [case for case, is_mixed in asked if not is_mixed] == list(pool.made)
    bodies = {repr((case.path_parameters, case.body)) for case, is_mixed in asked if is_mixed}
    assert len(bodies) > 100
    assert {case.path for case, _ in asked} == {"/people/{person}"}


def test_what_was_made_stays_as_it_was(operation: Operation) -> None:
    pool, rng = pool_of(operation, 20, 1), random.Random(1)  # noqa: S311 # a choice
    before = [repr(case) for case in pool.made]
    for _ in range(100):
        case = mixed(pool.made, rng)
        case.path_parameters = {"person": "kim"}
    assert [repr(case) for case in pool.made] == before


def test_what_one_sequence_changes_others_do_not_see(operation: Operation) -> None:
    (first, *_) = pool_of(operation, 2, 1).made
    before = repr(first)
    case = copied(first)
    assert repr(case) == before
    case.path_parameters["person"] = "kim"
    case.headers["idempotency-key"] = "one"
    assert repr(first) == before


def test_one_place_is_spoilt_however_deep_it_is() -> None:
    whole = {"a": [1, {"b": "c"}], "d": None}
    found = [spoilt(whole, random.Random(seed)) for seed in range(200)]  # noqa: S311 # a choice
    assert whole == {"a": [1, {"b": "c"}], "d": None}
    hostile = [*WORDS, *VALUES]
    deep = [one for one in found if isinstance(one, dict) and isinstance(one.get("a"), list) and len(one["a"]) == 2]
    assert any(isinstance(one["a"][1], dict) and one["a"][1].get("b") in hostile for one in deep)
    assert any(one in hostile for one in found)
