"""Requests that are generated from the OpenAPI description: fitting ones and others, on people that exist and on people
that do not. No 5xx, and what is answered is as it is described."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from tests.attack.attempt import Attempt, Plan
from tests.attack.making import Request, operations_of, pool_of
from tests.attack.scene import Scene, interrupted, registered, with_software

CHECKED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OF_BODIES = [checks.negative_data_rejection]
"""Not where somebody who exists was put into the path, nor of what was mixed, nor of queries, of which what is unknown
is left aside."""
LAST = ("patch_authentication_methods_policy",)
"""What changes the ground for all others."""
AT_ONCE = 6
"""As many as keep the service busy; hashes of what is made wait for one another for less than a verdict may take."""
ENDLESS = 20.0
"""Seconds: an answer waits at most 10 for a verdict."""
STREAM_OPENED = 0.3
"""Seconds after which a stream was not refused; it goes on for minutes."""
BATCH = 500
"""Sent about one person, so that what they have does not grow old."""


async def requests(scene: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """As many for each operation as the plan has room for. The next ones are made while these are sent."""
    operations = sorted(await operations_of(scene), key=_place_of)
    each, bearer = max(2, plan.requests // len(operations)), Bearer(scene)
    rng, places = random.Random(1), dict[str, str]()  # noqa: S311 # what is mixed with what
    making = asyncio.create_task(asyncio.to_thread(pool_of, operations[0], each, 0))
    for number in range(len(operations)):
        pool = await making
        if number + 1 < len(operations):
            making = asyncio.create_task(asyncio.to_thread(pool_of, operations[number + 1], each, number + 1))
        made = pool.requests(each, rng)
        if not _only_reads(operations[number]):
            places = {}
        for batch in range(-(-each // BATCH)):
            if not (places and (_changes_the_ground(operations[number]) or each < BATCH)):
                places = await _places(scene, f"{number}.{batch}")
            some = (one for _, one in zip(range(min(BATCH, each - batch * BATCH)), made, strict=False))
            async for attempt in at_once(_asked(bearer, some, places, rng)):
                yield attempt


def _place_of(operation: Any) -> tuple[bool, bool]:
    """What only reads comes first."""
    return _changes_the_ground(operation), not _only_reads(operation)


def _only_reads(operation: Any) -> bool:
    """It leaves those whom it is about as they were, so that the next few requests may be about them, too."""
    method: str = operation.method
    return method.lower() == "get"


def _changes_the_ground(operation: Any) -> bool:
    """Once it is under way nobody new may be able to register anything."""
    is_last: bool = operation.definition.raw["operationId"].startswith(LAST)
    return is_last


@dataclass(frozen=True)
class Bearer:
    """Calls with a good token."""

    scene: Scene

    async def called(self, case: Request) -> httpx.Response:
        target = self.scene.target
        given = case.as_transport_kwargs(base_url=target.origin)
        headers = {name: value for name, value in dict(given["headers"]).items() if name.lower() != "authorization"}
        content: dict[str, Any] = {name: given[name] for name in ("json", "data") if given.get(name) is not None}
        if isinstance(content.get("data"), str | bytes):
            content = {"content": content["data"]}
        return await target.call(
            given["method"],
            given["url"],
            params=given.get("params"),
            headers=headers,
            token=target.token(),
            by=target.kept,
            **content,
        )


async def at_once(tries: Iterable[Coroutine[Any, Any, Attempt]], most: int = AT_ONCE) -> AsyncIterator[Attempt]:
    """So many under way at any time, in the order in which they end."""
    pending: set[asyncio.Task[Attempt]] = set()
    for one in tries:
        pending.add(asyncio.ensure_future(one))
        if len(pending) >= most:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                yield ended.result()
    for coming in asyncio.as_completed(pending):
        yield await coming


async def _places(scene: Scene, mark: str) -> dict[str, str]:
    """Somebody of their own."""
    target, user = scene.target, f"generated.{mark}.{scene.bob}"
    begun = await interrupted(target, user)
    method, _secret = await with_software(target, user)
    asked = await target.done("POST", f"/v1.0/users/{user}/challenges", {"purpose": "stepUp", "methodId": method})
    pending = await registered(target, user, "email", emailAddress=f"{mark}@northbridge.example")
    of_user = {"user_id": user, "method_id": method, "challenge_id": asked["id"], "registration_id": pending["id"]}
    return {**scene.places, **of_user, "interrupt_id": begun["id"]}


def _asked(
    bearer: Bearer, made: Iterable[tuple[Request, bool]], places: Mapping[str, str], rng: random.Random
) -> Iterator[Coroutine[Any, Any, Attempt]]:
    """Most of those that name somebody name somebody who exists."""
    for case, is_mixed in made:
        known = {name: places[name] for name in case.path_parameters or {} if name in places}
        is_repaired = bool(known) and rng.random() < 0.6
        if is_repaired:
            case.path_parameters = {**case.path_parameters, **known}
        yield _tried(bearer, case, _checks(case, as_made=not is_mixed and not is_repaired))


def _checks(case: Request, *, as_made: bool) -> list[Any]:
    """The document says of a stream that it is text; here its schema would be taken for that of each event."""
    checked = [*CHECKED, *OF_BODIES] if as_made and case.media_type else CHECKED
    return [check for check in checked if not (_is_stream(case) and check is checks.response_schema_conformance)]


def _is_stream(case: Request) -> bool:
    return case.path.endswith(("/events", "/stream"))


async def _tried(bearer: Bearer, case: Request, checked: list[Any]) -> Attempt:
    what, is_stream = f"{case.method} {case.path}", _is_stream(case)
    try:
        async with asyncio.timeout(STREAM_OPENED if is_stream else ENDLESS):
            response = await bearer.called(case)
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


def _shown(case: Request) -> str:
    return repr((case.path_parameters, case.query, case.body))[:300]
