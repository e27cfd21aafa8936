"""What all calls share: who may make them, that a repeated one does nothing again, and that nobody keeps an answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi import Body as JsonBody
from httpx import ASGITransport, AsyncClient

from services.enrollment.api.bodies import Body
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsReader, MethodsWriter
from services.enrollment.api.idempotency import idempotent
from services.enrollment.idempotency.handlers import FirstResponse, Respond
from services.enrollment.tokens import Caller
from services.kit.errors import MethodLimitReachedError, TokenInvalidError
from services.kit.http.problem import install_problem_handlers

SCOPES = {"reader": frozenset({"methods.read"}), "writer": frozenset({"methods.read", "methods.write"})}


@dataclass
class KnownTokens:
    """A token is the name of a client."""

    async def check(self, token: str) -> Caller:
        if token not in SCOPES:
            raise TokenInvalidError
        return Caller(token, "northbridge", SCOPES[token])


@dataclass
class CountingLimiter:
    """Admits all, and remembers whom."""

    admitted: list[tuple[str, str]] = field(default_factory=list)

    async def admit(self, subject: str, key: str) -> None:
        self.admitted.append((subject, key))


@dataclass
class Remembering:
    """Remembers first responses by client and key."""

    first: dict[tuple[str, str], FirstResponse] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    async def once(self, key: str | None, caller: Caller, request: str, respond: Respond) -> FirstResponse:
        self.requests.append(request)
        if key is None:
            return await respond()
        known = self.first.get((caller.client_id, key))
        self.first[caller.client_id, key] = first = known or await respond()
        return first


class Order(Body):
    """What is asked for."""

    name: str
    is_slow: bool = False


class Counted(Body):
    """How often something was made."""

    times_made: int


@dataclass
class Workshop:
    """An API of three calls, and what its components saw."""

    client: AsyncClient
    limiter: CountingLimiter
    idempotency: Remembering

    async def call(self, method: str, path: str, token: str = "writer", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)


def _router() -> APIRouter:
    router = APIRouter(dependencies=[UNCACHED])
    made: list[Order] = []

    @router.get("/things")
    async def get_things(caller: MethodsReader) -> Counted:
        return Counted(times_made=len(made))

    @router.post("/things", status_code=201)
    @idempotent
    async def post_thing(response: Response, body: Annotated[Order, JsonBody()], caller: MethodsWriter) -> Counted:
        if body.name == "one too many":
            raise MethodLimitReachedError
        made.append(body)
        if body.is_slow:
            response.status_code = 202
        return Counted(times_made=len(made))

    @router.post("/things/{name}/forget", status_code=204)
    @idempotent
    async def post_forget(name: str, caller: MethodsWriter) -> None:
        made.clear()

    return router


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    app, limiter, idempotency = FastAPI(), CountingLimiter(), Remembering()
    app.state.components = SimpleNamespace(
        tokens=KnownTokens(), deps=SimpleNamespace(limiter=limiter), idempotency=idempotency
    )
    app.include_router(_router())
    install_problem_handlers(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost:8000") as client:
        yield Workshop(client, limiter, idempotency)


async def test_a_caller_without_the_scope_is_refused_before_anything_happens(workshop: Workshop) -> None:
    refused = await workshop.call("POST", "/things", "reader", json={"name": "lamp"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scopeMissing")
    assert "methods.write" in refused.json()["detail"]
    assert (await workshop.call("GET", "/things", "reader")).json() == {"timesMade": 0}


async def test_who_is_not_known_is_told_how_to_be(workshop: Workshop) -> None:
    nobody = await workshop.client.get("/things")
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await workshop.call("GET", "/things", "stranger")).json()["code"] == "tokenInvalid"


async def test_a_call_counts_once_whatever_asks_for_its_caller(workshop: Workshop) -> None:
    await workshop.call("POST", "/things", json={"name": "lamp"})
    assert workshop.limiter.admitted == [("client", "writer")]


async def test_a_repeated_call_gets_the_first_answer_and_does_nothing_again(workshop: Workshop) -> None:
    key = {"Idempotency-Key": "a"}
    first, again = [await workshop.call("POST", "/things", json={"name": "lamp"}, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"timesMade": 1})
    other = await workshop.call("POST", "/things", json={"name": "lamp"}, headers={"Idempotency-Key": "b"})
    assert other.json() == {"timesMade": 2}
    assert (await workshop.call("POST", "/things", json={"name": "lamp"})).json() == {"timesMade": 3}


async def test_the_status_that_an_endpoint_names_is_remembered_as_well(workshop: Workshop) -> None:
    order, key = {"name": "clock", "isSlow": True}, {"Idempotency-Key": "a"}
    answers = [await workshop.call("POST", "/things", json=order, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]


async def test_a_request_is_known_by_its_method_its_path_and_its_body(workshop: Workshop) -> None:
    await workshop.call("POST", "/things", content=b'{"name":"lamp"}', headers={"Content-Type": "application/json"})
    assert workshop.idempotency.requests == ['POST /things\n{"name":"lamp"}']


async def test_a_refusal_is_a_problem_and_not_remembered(workshop: Workshop) -> None:
    key = {"Idempotency-Key": "a"}
    refused = await workshop.call("POST", "/things", json={"name": "one too many"}, headers=key)
    assert refused.json()["code"] == "methodLimitReached"
    assert (await workshop.call("POST", "/things", json={"name": "lamp"}, headers=key)).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
async def test_a_key_that_is_none_is_refused(workshop: Workshop, key: str) -> None:
    refused = await workshop.call("POST", "/things", json={"name": "lamp"}, headers={"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (400, "requestMalformed")


async def test_without_a_body_nothing_but_the_status_goes_out(workshop: Workshop) -> None:
    forgotten = await workshop.call("POST", "/things/lamp/forget")
    assert (forgotten.status_code, forgotten.content) == (204, b"")
    assert "content-type" not in forgotten.headers


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/things", None), ("POST", "/things", {"name": "lamp"}), ("POST", "/things/lamp/forget", None)],
)
async def test_nobody_on_the_way_keeps_an_answer(workshop: Workshop, method: str, path: str, body: Any) -> None:
    answer = await workshop.call(method, path, json=body)
    assert answer.headers["Cache-Control"] == "no-store"
