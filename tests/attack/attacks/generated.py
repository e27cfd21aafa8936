"""Requests that are generated from the OpenAPI description: fitting ones and others, on people that exist and on people
that do not. No 5xx, and what is answered is as it is described."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

import httpx
import schemathesis
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene, interrupted, registered, with_software

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Request: TypeAlias = Case[Operation]

CHECKED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OF_BODIES = [checks.negative_data_rejection]
"""Not where somebody who exists was put into the path, nor of queries, of which what is unknown is left aside."""
LAST = ("patch_authentication_methods_policy",)
"""What changes the ground for all others."""
AT_ONCE = 8
ENDLESS = 20.0
"""Seconds: an answer waits at most 10 for a verdict."""
STREAM_OPENED = 0.3
"""Seconds after which a stream was not refused; it goes on for minutes."""


async def requests(scene: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """As many for each operation as the plan has room for."""
    operations = sorted(await operations_of(scene), key=lambda one: one.definition.raw["operationId"].startswith(LAST))
    each = max(2, plan.requests // len(operations))
    for number, operation in enumerate(operations):
        places = await _places(scene, number)
        for begun in range(0, each, BATCH):
            modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            count = max(1, min(BATCH, each - begun) // len(modes))
            for mode in modes:
                made = await asyncio.to_thread(cases, operation, mode, count, number * 1000 + begun)
                async for attempt in _sent(scene, made, places):
                    yield attempt


BATCH = 200
"""Made at a time, so that none grows old."""


@schemathesis.serializer("application/jose")
def as_it_is(_: object, value: object) -> bytes:
    """What a device signed is text, whatever is generated for it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def cases(operation: Operation, mode: GenerationMode, count: int, of_seed: int) -> Sequence[Request]:
    """So many requests, the same for the same seed; none where the operation has nothing to be wrong."""
    made: list[Request] = []

    @seed(of_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Request) -> None:
        made.append(case)

    with suppress(Unsatisfiable):
        collect()
    return made


async def described(scene: Scene) -> dict[str, Any]:
    """The description that the service gives."""
    document: dict[str, Any] = (await scene.target.call("GET", "/openapi.json")).json()
    for operation in [one for path in document["paths"].values() for one in path.values()]:
        operation.pop("security", None)  # a good token goes with each request: without one little would be reached
    return document


async def operations_of(scene: Scene) -> list[Operation]:
    schema = schemathesis.openapi.from_dict(await described(scene))
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


async def _places(scene: Scene, number: int) -> dict[str, str]:
    """Somebody of their own for each operation."""
    target, user = scene.target, f"generated.{number}.{scene.bob}"
    begun = await interrupted(target, user)
    method, _secret = await with_software(target, user)
    asked = await target.done("POST", f"/v1.0/users/{user}/challenges", {"purpose": "stepUp", "methodId": method})
    pending = await registered(target, user, "email", emailAddress=f"{number}@northbridge.example")
    of_user = {"user_id": user, "method_id": method, "challenge_id": asked["id"], "registration_id": pending["id"]}
    return {**scene.places, **of_user, "interrupt_id": begun["id"]}


async def _sent(scene: Scene, made: Sequence[Request], places: dict[str, str]) -> AsyncIterator[Attempt]:
    rng = random.Random(len(made))  # noqa: S311 # which are about somebody who exists
    repaired: set[int] = set()
    for begun in range(0, len(made), AT_ONCE):
        some = made[begun : begun + AT_ONCE]
        for case in some:
            known = {name: places[name] for name in case.path_parameters or {} if name in places}
            if known and rng.random() < 0.6:
                case.path_parameters = {**case.path_parameters, **known}
                repaired.add(id(case))
        checked = [_checks(case, is_repaired=id(case) in repaired) for case in some]
        for attempt in await asyncio.gather(*map(partial(_tried, scene), some, checked)):
            yield attempt


def _checks(case: Request, *, is_repaired: bool) -> list[Any]:
    """The document says of a stream that it is text; here its schema would be taken for that of each event."""
    checked = CHECKED if is_repaired or not case.media_type else [*CHECKED, *OF_BODIES]
    return [check for check in checked if not (_is_stream(case) and check is checks.response_schema_conformance)]


def _is_stream(case: Request) -> bool:
    return case.path.endswith(("/events", "/stream"))


async def _tried(scene: Scene, case: Request, checked: list[Any]) -> Attempt:
    what, is_stream = f"{case.method} {case.path}", _is_stream(case)
    try:
        async with asyncio.timeout(STREAM_OPENED if is_stream else ENDLESS):
            response = await called(scene, case)
    except TimeoutError:
        return Attempt(what, 0, "" if is_stream else "no answer")
    return judged_by(case, response, checked)


def judged_by(case: Request, response: httpx.Response, checked: list[Any]) -> Attempt:
    """What these checks say of an answer."""
    what = f"{case.method} {case.path}"
    try:
        case.validate_response(response, checks=checked)
    except (Failure, FailureGroup) as failure:
        shown = [str(found) for found in getattr(failure, "exceptions", (failure,))]
        return Attempt(what, response.status_code, f"{shown[0][:300]} | sent {_shown(case)}")
    return Attempt(what, response.status_code)


async def called(scene: Scene, case: Request) -> httpx.Response:
    given = case.as_transport_kwargs(base_url=scene.target.origin)
    headers = {name: value for name, value in dict(given["headers"]).items() if name.lower() != "authorization"}
    content: dict[str, Any] = {name: given[name] for name in ("json", "data") if given.get(name) is not None}
    if isinstance(content.get("data"), str | bytes):
        content = {"content": content["data"]}
    return await scene.target.call(
        given["method"],
        given["url"],
        params=given.get("params"),
        headers=headers,
        token=scene.target.token(),
        **content,
    )


def _shown(case: Request) -> str:
    return repr((case.path_parameters, case.query, case.body))[:300]
