"""The OpenAPI document is well formed and says of each operation what it takes, gives and refuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.openapi.models import OpenAPI
from jsonschema import Draft202012Validator

from services.enrollment.api import openapi, routers
from services.enrollment.api.links import LINKS
from services.enrollment.devices import api as device
from services.kit.errors import CATALOGUE

OPEN = {
    "get_jwks",
    "get_configuration",
    "post_activation",
    "get_requests",
    "get_request_stream",
    "post_answer",
    "get_notices",
    "post_report",
}
"""Handlers without a platform's token: keys are public, and devices sign for themselves."""


def _document() -> dict[str, Any]:
    app = FastAPI(version="1")
    app.include_router(routers.router)
    app.include_router(device.router)
    openapi.describe(app)
    return app.openapi()


DOCUMENT = _document()


@dataclass(frozen=True)
class Operation:
    """One operation, with its path and HTTP method."""

    path: str
    method: str
    content: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def successes(self) -> Iterator[dict[str, Any]]:
        """The bodies of its good answers."""
        for status, response in self.content["responses"].items():
            if status < "300":
                yield from response.get("content", {}).values()

    @property
    def refusals(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Status and body of its bad answers."""
        for status, response in self.content["responses"].items():
            if status >= "400":
                yield status, response["content"]["application/problem+json"]


OPERATIONS = [
    Operation(path, method, content)
    for path, operations in DOCUMENT["paths"].items()
    for method, content in operations.items()
]
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def examples_of(media: dict[str, Any]) -> list[Any]:
    return (
        [media["example"]]
        if "example" in media
        else [example["value"] for example in media.get("examples", {}).values()]
    )


def misfits(value: object, schema: dict[str, Any]) -> list[str]:
    """What of a value is not as its schema says."""
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_document_is_openapi_and_its_references_lead_somewhere() -> None:
    assert OpenAPI.model_validate(DOCUMENT).openapi.startswith("3.1")
    schemas = DOCUMENT["components"]["schemas"]
    assert {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENT)} <= schemas.keys()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@EACH
def test_each_operation_has_an_example_and_they_fit_their_schemas(operation: Operation) -> None:
    body = operation.content.get("requestBody", {}).get("content", {})
    shown = [(value, media) for media in (*body.values(), *operation.successes) for value in examples_of(media)]
    parameters = [parameter for parameter in operation.content.get("parameters", []) if parameter["in"] == "path"]
    assert shown or all(parameter["schema"].get("examples") or parameter.get("examples") for parameter in parameters)
    assert [misfit for value, media in shown for misfit in misfits(value, media.get("schema", {}))] == []
    for media in operation.successes:
        assert examples_of(media)
        assert media.get("schema") is not None


@EACH
def test_each_refusal_is_a_problem_of_the_catalogue_under_its_status(operation: Operation) -> None:
    for status, media in operation.refusals:
        assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
        for problem in examples_of(media):
            assert misfits(problem, media["schema"]) == []
            assert str(CATALOGUE[problem["code"]].status) == status


@EACH
def test_each_operation_says_what_it_does_and_who_may_call_it(operation: Operation) -> None:
    assert operation.content["summary"]
    assert len(operation.content["description"]) > 20
    is_open = any(operation.content["operationId"].startswith(name) for name in OPEN) and "v1.0" not in operation.path
    assert ("security" in operation.content) is not is_open
    if not is_open:
        assert {"401", "403"} <= operation.content["responses"].keys()
        assert "cope" in operation.content["description"]


def unbounded(schema: dict[str, Any], place: str, within: frozenset[str] = frozenset()) -> Iterator[str]:
    """Where a caller chooses how much it sends: texts and lists without a limit, objects with any members."""
    reference = str(schema.get("$ref", ""))
    if reference in within:
        return
    if reference:
        within |= {reference}
        schema = DOCUMENT["components"]["schemas"][reference.rsplit("/", 1)[1]]
    for choice in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from unbounded(choice, place, within)
    kind = schema.get("type")
    if kind == "string" and not schema.keys() & {"maxLength", "pattern", "format", "enum", "const"}:
        yield place
    if kind == "array":
        yield from [] if "maxItems" in schema else [place]
        yield from unbounded(schema.get("items", {}), f"{place}[]", within)
    if kind == "object":
        yield from [place] if schema.get("additionalProperties") else []
        for name, part in schema.get("properties", {}).items():
            yield from unbounded(part, f"{place}.{name}", within)


BOUNDED_ELSEWHERE = {"body.credential"}
"""What a browser makes: bounded as a whole, before it is sealed."""


@EACH
def test_whatever_a_platform_sends_is_bounded(operation: Operation) -> None:
    if operation.path.startswith("/device/"):
        return
    parameters = operation.content.get("parameters", [])
    bodies = operation.content.get("requestBody", {}).get("content", {}).values()
    sent = [(part["schema"], part["name"]) for part in parameters] + [(body["schema"], "body") for body in bodies]
    found = {place for schema, name in sent for place in unbounded(schema, name)}
    assert found <= BOUNDED_ELSEWHERE


def _linked() -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    return [
        (f"{method} {path}", name, link, response)
        for path, of_path in DOCUMENT["paths"].items()
        for method, operation in of_path.items()
        for response in operation["responses"].values()
        for name, link in response.get("links", {}).items()
    ]


def test_each_call_that_has_links_is_described() -> None:
    assert {of for of, *_ in _linked()} == {" ".join(call) for call in LINKS}


@pytest.mark.parametrize(
    ("of", "name", "link", "response"), _linked(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_link_fills_the_path_of_an_operation_from_what_was_answered(
    of: str, name: str, link: dict[str, Any], response: dict[str, Any]
) -> None:
    (path,) = [
        path
        for path, of_path in DOCUMENT["paths"].items()
        for operation in of_path.values()
        if operation["operationId"] == link["operationId"]
    ]
    assert set(re.findall(r"\{(\w+)\}", path)) == link["parameters"].keys()
    examples = [
        example
        for content in response.get("content", {}).values()
        for example in [
            content.get("example"),
            *(named["value"] for named in content.get("examples", {}).values()),
        ]
    ]
    for expression in link["parameters"].values():
        if expression.startswith("$response.body#"):
            pointer = expression.partition("#/")[2].split("/")
            assert any(_found(example, pointer) for example in examples), f"{of}, {name}: {expression}"


def _found(content: Any, pointer: list[str]) -> Any:
    for part in pointer:
        try:
            content = content[int(part)] if isinstance(content, list) else content[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return content
