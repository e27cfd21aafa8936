"""Bodies that say more than they may, are too large, too deep, or no bodies at all."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx

from tests.attack.attempt import Attempt, Plan
from tests.attack.routes import Route
from tests.attack.scene import Scene

PRIVILEGED: Mapping[str, object] = {
    "isAdmin": True,
    "tenant": "southgate",
    "tid": "southgate",
    "userId": "alice",
    "state": "active",
    "status": "verified",
    "verified": True,
    "scopes": ["admin"],
    "decision": "administer",
    "createdDateTime": "2020-01-01T00:00:00Z",
    "attemptsLeft": 1000,
    "_id": "x",
    "$set": {"failures": 0},
    "__proto__": {"isAdmin": True},
}
MALFORMED = frozenset({400, 413, 415, 422})
LENIENT = ("names twice", "UTF-16")
"""What the reader of JSON takes although RFC 8259 advises against it; nobody else reads it first and decides by it."""
DEPTH = 20_000
LARGE = 70_000


async def mass_assignment(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A field more in each object of each example: refused as a whole, so that none can be slipped in."""
    for route in _with_bodies(scene):
        for body in route.bodies[:2]:
            for place in _objects(body):
                for name, value in PRIVILEGED.items():
                    if _names(body, place, name):
                        continue
                    given = _with(body, place, name, value)
                    response = await _send(scene, route, json.dumps(given).encode())
                    is_taken = response.is_success
                    why = f"was taken: {response.text[:150]}" if is_taken else ""
                    yield Attempt(f"{route.name} {'.'.join(map(str, place))}+{name}", response.status_code, why)


async def oversized(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """More bytes than a body may have, declared or not; on every route that takes one, and before anybody is known."""
    for route in scene.target.routes:
        if route.method in {"GET", "DELETE"}:
            continue
        contents: dict[str, bytes | AsyncIterator[bytes]] = {"declared": b" " * LARGE, "in pieces": _pieces(LARGE)}
        for what, content in contents.items():
            response = await _send(scene, route, content)
            allowed = MALFORMED | {401, 403, 404, 410}
            why = "" if response.status_code in allowed else f"answered {response.status_code}"
            yield Attempt(f"{route.name}: too large, {what}", response.status_code, why)


async def malformed(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """What is no JSON, or JSON that breaks a reader: 400."""
    for route in _with_bodies(scene):
        for what, content in {
            "nothing": b"",
            "no JSON": b"{",
            "deep lists": b"[" * DEPTH + b"]" * DEPTH,
            "deep objects": b'{"a":' * (DEPTH // 2) + b"1" + b"}" * (DEPTH // 2),
            "deep where it is open": b'{"credential":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
            "a list": b"[]",
            "null": b"null",
            "a number": b"1e999999",
            "a huge number": b'{"lifetimeInMinutes":' + b"9" * 5000 + b"}",
            "not a number": b'{"lifetimeInMinutes": NaN}',
            "names twice": b'{"code":"000000","code":"111111"}',
            "no UTF-8": b'{"code":"\xff\xfe"}',
            "UTF-16": '{"code":"000000"}'.encode("utf-16"),
            "half a letter": b'{"code":"\\ud800"}',
            "a nought": b'{"code":"\\u0000"}',
            "many fields": json.dumps({f"f{number}": 1 for number in range(5000)}).encode(),
        }.items():
            response = await _send(scene, route, content)
            is_taken = response.is_success and what not in (*LENIENT, *_fitting(route))
            why = f"was taken: {response.text[:150]}" if is_taken else ""
            yield Attempt(f"{route.name}: {what}", response.status_code, why)


async def other_types(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A body of a type that a form of another site could send (CSRF by `text/plain`), and methods that are none."""
    for route in _with_bodies(scene):
        content = json.dumps(route.bodies[0]).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml"):
            response = await _send(scene, route, content, kind)
            yield Attempt(f"{route.name}: as {kind}", response.status_code, "was taken" if response.is_success else "")
    for route in scene.target.routes:
        for method in ("TRACE", "PROPFIND", "OPTIONS"):
            if route.path.startswith(("/device/v1/", "/metrics")):
                continue
            response = await scene.target.call(method, scene.at(route, tenant="t", version="v"))
            yield Attempt(f"{method} {route.path}", response.status_code, "was taken" if response.is_success else "")


def _fitting(route: Route) -> tuple[str, ...]:
    """A body that need not be there."""
    return ("nothing", "null") if route.path.endswith(("/resend", "/temporaryAccessPassMethods")) else ()


def _with_bodies(scene: Scene) -> list[Route]:
    return [route for route in scene.target.routes if route.kind == "platform" and route.bodies]


async def _send(
    scene: Scene, route: Route, content: bytes | AsyncIterator[bytes], kind: str = "application/json"
) -> httpx.Response:
    token = scene.target.token() if route.kind == "platform" else None
    path = scene.at(route, user_id=scene.bob)
    headers = {"Content-Type": kind, "Prefer": "wait=0"}
    return await scene.target.call(route.method, path, content=content, headers=headers, token=token)


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000 + 1):
        yield b" " * 1000


def _objects(value: object, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield place
        for name, part in value.items():
            if name != "credential":
                yield from _objects(part, (*place, name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _objects(part, (*place, number))


def _names(body: Any, place: tuple[Any, ...], name: str) -> bool:
    """Whether that is a field of it anyway."""
    found = body
    for part in place:
        found = found[part]
    return name in found or (name == "state" and "returnUrl" in found)


def _with(value: Any, place: tuple[Any, ...], name: str, added: object) -> Any:
    if not place:
        return {**value, name: added}
    if isinstance(value, dict):
        return {**value, place[0]: _with(value[place[0]], place[1:], name, added)}
    return [_with(part, place[1:], name, added) if number == place[0] else part for number, part in enumerate(value)]
