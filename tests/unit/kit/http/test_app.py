"""Health, readiness, metrics, traces and the access log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from structlog.testing import capture_logs

from services.kit.errors import UnknownUserError
from services.kit.http.app import MAX_LARGE, ServiceApp, build_app
from tests.support.waiting import until

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


async def up() -> bool:
    return True


async def down() -> bool:
    return False


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


def app(*, management_port: int | None = None, **alive: bool) -> FastAPI:
    made = build_app(
        "verifier",
        readiness={"kafka": up, "mongodb": up},
        lifespan=nothing,
        liveness={name: partial(bool, state) for name, state in alive.items()},
        management_port=management_port,
    )

    @made.get("/things/{name}")
    async def things(name: str) -> str:
        if name == "refused":
            raise UnknownUserError
        if name == "broken":
            raise ValueError(name)
        return name

    return made


async def get(of: FastAPI, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(of)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=headers)


async def test_ready_when_all_dependencies_are() -> None:
    answer = await get(app(), "/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "dependencies": {"kafka": "ok", "mongodb": "ok"}},
    )


async def test_what_is_down_is_named() -> None:
    of = build_app("verifier", readiness={"kafka": up, "mongodb": down}, lifespan=nothing)
    answer = await get(of, "/readyz")
    assert (answer.status_code, answer.json()["dependencies"]) == (503, {"kafka": "ok", "mongodb": "down"})


async def test_what_waits_says_why() -> None:
    async def waits() -> str:
        return "Store.prepare: OperationFailure 13"

    answer = await get(build_app("verifier", readiness={"kafka": up, "indexes": waits}, lifespan=nothing), "/readyz")
    assert answer.status_code == 503
    assert answer.json()["dependencies"] == {"kafka": "ok", "indexes": "Store.prepare: OperationFailure 13"}


async def test_what_does_not_answer_is_down() -> None:
    answer = await get(build_app("verifier", readiness={"mongodb": hangs}, lifespan=nothing), "/readyz")
    assert answer.status_code == 503


async def test_alive_unless_a_part_is_stuck() -> None:
    assert (await get(app(consumers=True), "/healthz")).status_code == 200
    stuck = await get(app(consumers=False), "/healthz")
    assert (stuck.status_code, stuck.json()["parts"]) == (503, {"consumers": "down"})


async def test_metrics_name_the_route_not_the_path() -> None:
    of = app()
    await get(of, "/things/sam")
    await get(of, "/nowhere/sam")
    text = (await get(of, "/metrics")).text
    assert 'security_info_http_requests_total{method="GET",route="/things/{name}",status="200"}' in text
    assert 'route="unmatched",status="404"' in text
    assert "/nowhere" not in text


@pytest.mark.parametrize(
    ("port", "path", "status"),
    [
        (9000, "/metrics", 200),
        (9000, "/healthz", 200),
        (9000, "/readyz", 200),
        (9000, "/things/sam", 404),
        (9000, "/openapi.json", 404),
        (9000, "//things/sam", 404),
        (8000, "/metrics", 404),
        (8000, "/metrics%0A", 404),
        (8000, "/%6Detrics", 404),
        (8000, "/metrics?x", 404),
        (8000, "/healthz", 200),
        (8000, "/readyz", 200),
        (8000, "/things/sam", 200),
    ],
)
async def test_metrics_are_on_the_management_port_and_nothing_else_is(port: int, path: str, status: int) -> None:
    of = app(management_port=9000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url=f"http://test:{port}") as client:
        answer = await client.get(path, headers={"Host": "test:9000", "X-Forwarded-Port": "9000"})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "notFound"


async def test_the_trace_of_the_caller_is_in_the_problem() -> None:
    for path, status in (("/things/refused", 404), ("/things/broken", 500), ("/nowhere", 404)):
        answer = await get(app(), path, traceparent=TRACEPARENT)
        assert (answer.status_code, answer.json()["traceId"]) == (status, TRACE_ID)


@pytest.mark.parametrize("path", ["/things/a", "/things/broken", "/nowhere", "/healthz"])
async def test_every_answer_says_by_what_its_log_lines_are_found(path: str) -> None:
    answer = await get(app(), path, traceparent=TRACEPARENT)
    assert answer.headers.get_list("x-request-id") == [TRACE_ID]
    own = (await get(app(), path)).headers["x-request-id"]
    assert len(own) == 32
    assert own != TRACE_ID


async def test_one_line_a_request_without_its_secrets() -> None:
    with capture_logs() as lines:
        await get(app(), "/things/sam?ticket=abc&lang=en")
        await get(app(), "/readyz")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["query"] == "ticket=(redacted)&lang=en"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/things/sam", 200)


async def test_no_route_of_ours_is_in_the_public_description() -> None:
    paths = (await get(app(), "/openapi.json")).json()["paths"]
    assert list(paths) == ["/things/{name}"]


async def _chunks() -> AsyncIterator[bytes]:
    yield b"x" * 8
    yield b"x" * 8


@pytest.mark.parametrize("content", [b"x" * 16, _chunks()], ids=["declared", "not declared"])
async def test_a_body_that_is_too_large_is_a_problem_like_any_other(content: bytes | AsyncIterator[bytes]) -> None:
    of = build_app("verifier", readiness={}, lifespan=nothing, max_body=10)

    @of.post("/things")
    async def things(request: Request) -> int:
        return len(await request.body())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url="http://test") as client:
        assert (await client.post("/things", content=b"x" * 10)).json() == 10
        answer = await client.post("/things", content=content)
    assert (answer.status_code, answer.json()["code"]) == (413, "bodyTooLarge")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/large", b"x" * 50, 200),
        ("/large", b"x" * 51, 413),
        ("/large", _chunks(), 413),
        ("/other", b"x" * 11, 413),
    ],
    ids=["as much as it takes", "more", "not declared", "another path"],
)
async def test_one_path_may_take_more_than_the_others(
    path: str, content: bytes | AsyncIterator[bytes], status: int
) -> None:
    of = build_app("verifier", readiness={}, lifespan=nothing, max_body=10, large_bodies={"/large": 50})

    @of.post("/{name}")
    async def things(name: str, request: Request) -> int:
        return len(await request.body())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url="http://test") as client:
        assert (await client.post(path, content=content)).status_code == status


async def test_few_large_bodies_are_held_at_once() -> None:
    """They are read before anybody is known: a crowd of strangers must not fill the memory."""
    of = build_app("verifier", readiness={}, lifespan=nothing, max_body=10, large_bodies={"/large": 50})
    go_on = asyncio.Event()

    @of.post("/large")
    async def large(request: Request) -> None:
        await go_on.wait()

    async with httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url="http://test") as client:

        def post(size: int) -> asyncio.Task[httpx.Response]:
            return asyncio.create_task(client.post("/large", content=b"x" * size))

        held = [post(50) for _ in range(MAX_LARGE)]
        await until(lambda: isinstance(of, ServiceApp) and of.at_work == MAX_LARGE)
        refused, small = await post(50), post(10)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*held, small)] == [200] * (MAX_LARGE + 1)
        assert (await post(50)).status_code == 200


@pytest.mark.parametrize("path", ["/things/a", "/things/refused", "/nowhere", "/healthz"])
async def test_nobody_guesses_what_an_answer_is(path: str) -> None:
    answer = await get(app(), path)
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_what_is_too_much_at_once_comes_again_while_probes_are_answered() -> None:
    of, go_on = app(), asyncio.Event()
    assert isinstance(of, ServiceApp)
    of.max_at_work = 2

    @of.get("/waits")
    async def waits() -> None:
        await go_on.wait()

    working = [asyncio.create_task(get(of, "/waits")) for _ in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert of.at_work == 2
    refused, probe = await get(of, "/things/a"), await get(of, "/healthz")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "2"
    assert probe.status_code == 200
    go_on.set()
    assert [answer.status_code for answer in await asyncio.gather(*working)] == [200, 200]
    assert (await get(of, "/things/a")).status_code == 200


async def test_nobody_who_sends_slowly_and_no_stream_is_counted_as_work() -> None:
    of, go_on = app(), asyncio.Event()
    assert isinstance(of, ServiceApp)
    of.max_at_work = 1

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await go_on.wait()

    @of.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(slowly())

    @of.post("/things")
    async def things(request: Request) -> int:
        return len(await request.body())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url="http://test") as client:
        slow = [asyncio.create_task(client.post("/things", content=slowly())), asyncio.create_task(get(of, "/stream"))]
        for _ in range(20):
            await asyncio.sleep(0)
        assert (await get(of, "/things/a")).status_code == 200
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200, 200]
