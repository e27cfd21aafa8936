"""Requests made from the OpenAPI description: some by schemathesis, and as many more as are wanted by mixing the parts
of these, which costs a hundredth."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import schemathesis
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.attack.scene import Scene

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Request: TypeAlias = Case[Operation]

MOST_MADE = 40
"""By schemathesis, of each operation and mode: some 14 ms of a processor each."""
SPOILT = 0.25
"""Of those that are mixed, how many have one value that nobody expects."""
FEW = 10
"""Of so few none is looked for any longer once fifty in a row would not do: a thousand are tried else, where there is
none at all."""
PARTS: Final = ("headers", "cookies", "query")

WORDS: Final = (
    *(
        "",
        " ",
        "\t",
        "0",
        "-1",
        "null",
        "true",
        "\u0000",
        "\u202e\u2066",
        "\ufeff",
        "\u00e9" * 300,
        "\U0001f600",
        "a" * 300,
    ),
    *(
        "a" * 10_000,
        "9" * 400,
        "'",
        '"',
        "<b onload=x>",
        "${7*7}",
        "{{7*7}}",
        "%0d%0aX: y",
        "a\r\nX: y",
        "$ne",
        "%",
        "\\",
    ),
    *("+447700900000", "+44 7700 900000;ext=1", "a@b", "=1+1", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    *("2026-02-30T00:00:00Z", "1e999", "01a21084-a8a9-7ffa-8174-ce48b89ab04a", "http://[::1", "//host", "javascript:x"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, [], {}, [[[[[]]]]], {"$ne": None}),
    *([None] * 2_000, {"a": {"a": {"a": {}}}}),
)


@schemathesis.serializer("application/jose")
def as_it_is(_: object, value: object) -> bytes:
    """What a device signed is text, whatever is generated for it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


async def described(scene: Scene) -> dict[str, Any]:
    """The description that the service gives."""
    document: dict[str, Any] = (await scene.target.call("GET", "/openapi.json")).json()
    for operation in [one for path in document["paths"].values() for one in path.values()]:
        operation.pop("security", None)  # a good token goes with each request: without one little would be reached
    return document


async def operations_of(scene: Scene) -> list[Operation]:
    schema = schemathesis.openapi.from_dict(await described(scene))
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def cases(operation: Operation, mode: GenerationMode, count: int, of_seed: int) -> Sequence[Request]:
    """So many requests, the same for the same seed; none where the operation has nothing to be wrong."""
    made: list[Request] = []
    ignored = [check for check in HealthCheck if check is not HealthCheck.filter_too_much or count > FEW]

    @seed(of_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=ignored,
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Request) -> None:
        made.append(case)

    with suppress(Unsatisfiable, FailedHealthCheck):
        collect()
    return made


@dataclass(frozen=True)
class Pool:
    """What schemathesis made for an operation: what fits the description, and what does not."""

    made: Sequence[Request]

    def requests(self, count: int, rng: random.Random) -> Iterator[tuple[Request, bool]]:
        """So many, first those that were made as they are, then mixed ones; and whether one is mixed."""
        for number in range(count if self.made else 0):
            is_mixed = number >= len(self.made)
            yield (mixed(self.made, rng) if is_mixed else self.made[number]), is_mixed


def pool_of(operation: Operation, count: int, of_seed: int) -> Pool:
    """Of `count` requests half are to fit, as long as there are that few."""
    each = max(1, min(MOST_MADE, count // 2))
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    return Pool([case for mode in modes for case in cases(operation, mode, each, of_seed)])


def mixed(made: Sequence[Request], rng: random.Random) -> Request:
    """One whose parts come from several of these, which are of one operation."""
    first = rng.choice(made)
    parts = {name: getattr(rng.choice(made), name).copy() for name in PARTS}
    path = dict(rng.choice(made).path_parameters)
    body = _mixed_body(first, rng.choice(made), rng)
    if rng.random() < SPOILT:
        path, parts["query"], body = _spoilt(path, parts["query"], body, rng)
    return Case(
        operation=first.operation,
        method=first.method,
        path=first.path,
        path_parameters=path,
        body=body,
        media_type=first.media_type,
        **parts,
    )


def copied(made: Request) -> Request:
    """One that can be changed while others use the same."""
    parts: dict[str, Any] = {name: getattr(made, name).copy() for name in (*PARTS, "path_parameters")}
    of: dict[str, Any] = {"operation": made.operation, "method": made.method, "path": made.path}
    return Case(**of, body=made.body, media_type=made.media_type, **parts)


def _mixed_body(first: Request, other: Request, rng: random.Random) -> Any:
    """Fields of two objects, or one of two bodies of the same type."""
    if first.media_type != other.media_type:
        return first.body
    if isinstance(first.body, dict) and isinstance(other.body, dict):
        return {**first.body, **{name: value for name, value in other.body.items() if rng.random() < 0.5}}
    return rng.choice((first, other)).body


def _spoilt(
    path: dict[str, Any], query: dict[str, Any], body: Any, rng: random.Random
) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """With one value that nobody expects, in one of them."""
    places = [name for name, held in (("path", path), ("query", query), ("body", body)) if held and _has_fields(held)]
    match rng.choice(places) if places else "":
        case "path":
            # What is a dot or a slash makes another path of it.
            words = [word for word in WORDS if word and not set(word) & set("./\u0000\r\n\t")]
            return {**path, rng.choice(sorted(path)): rng.choice(words)}, query, body
        case "query":
            return path, {**query, rng.choice(sorted(query)): rng.choice(WORDS)}, body
        case "body":
            return path, query, spoilt(body, rng)
    return path, query, body


def _has_fields(held: Any) -> bool:
    return isinstance(held, Mapping | list) and bool(held)


def spoilt(content: Any, rng: random.Random) -> Any:
    """The same with something else in one place, however deep."""
    if _has_fields(content) and rng.random() < 0.8:
        if isinstance(content, Mapping):
            name = rng.choice(list(content))
            return {**content, name: spoilt(content[name], rng)}
        place = rng.randrange(len(content))
        return [*content[:place], spoilt(content[place], rng), *content[place + 1 :]]
    return rng.choice(WORDS) if rng.random() < 0.7 else rng.choice(VALUES)
