"""A client that never finishes its request is not waited for, and many of them keep nobody else out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from deploy.local.ports import free_ports
from services.kit.http.app import ServiceApp
from services.kit.http.bounded import BoundedProtocol
from services.kit.http.room import Room
from services.kit.runtime import listen
from tests.attack.attacks.slow import HEAD, Behave, endless_body, endless_head, idle, seconds_held, slow_body, slow_head

AT_MOST = 3.0
"""Seconds on a busy machine, where the deadlines are a tenth of it."""


class Quick(BoundedProtocol):
    """The deadlines of a test."""

    head_within = body_within = read_within = 0.3


def app() -> FastAPI:
    made = ServiceApp()

    @made.post("/v1.0/interrupts")
    async def read(request: Request) -> int:
        return len(await request.body())

    @made.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(3 * Quick.head_within)
        return "done"

    @made.get("/long")
    async def long() -> Response:
        return Response(16 * 1024 * 1024 * b" ")

    return made


@asynccontextmanager
async def served(
    kind: type[BoundedProtocol] = Quick, most: int = 1000, always: frozenset[int] = frozenset(), port: int = 0
) -> AsyncIterator[int]:
    listening: socket.socket = listen("127.0.0.1", port)
    protocol = partial(kind, room=Room(most), always=always)
    config = uvicorn.Config(app(), http=protocol, log_config=None, access_log=False, lifespan="off")  # type: ignore[arg-type]  # called as the class is
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize("behave", [idle, slow_head, endless_head, slow_body, endless_body])
async def test_a_client_that_never_finishes_is_let_go(behave: Behave) -> None:
    async with served() as port:
        assert await seconds_held("127.0.0.1", port, behave) < AT_MOST


async def test_a_slow_answer_is_waited_for_and_the_connection_is_used_again() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = monotonic()
        for _ in range(2):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b'"done"' in await reader.readuntil(b'"done"')
        writer.write(HEAD + b"Content-Length: 5\r\n\r\n12345")
        assert b"200 OK" in await reader.readline()
        assert monotonic() - began > 2 * Quick.head_within
        writer.close()


async def test_large_headers_are_taken_to_a_bound() -> None:
    async with served() as port:
        for size, expected in ((16_000, b"200"), (1_000_000, b"431")):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nX-Large: " + b"a" * size + b"\r\n\r\n")
            assert expected in await reader.readline()
            writer.close()


async def test_a_body_without_end_is_not_read_on_once_it_is_answered() -> None:
    async with served(BoundedProtocol) as port:
        assert await seconds_held("127.0.0.1", port, endless_body) < AT_MOST


async def test_idle_connections_keep_nobody_out() -> None:
    async with served(BoundedProtocol, most=3) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(9)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"404" in await reader.readline()
        oldest, _ = crowd[0]
        assert await asyncio.wait_for(oldest.read(), AT_MOST) == b""
        for _, other in [*crowd, (reader, writer)]:
            other.close()


async def test_where_all_have_something_under_way_the_next_one_is_told_to_come_again() -> None:
    async with served(most=2) as port:
        busy = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in busy:
            writer.write(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(0.1)
        refused, _ = await asyncio.open_connection("127.0.0.1", port)
        head = await refused.readuntil(b"\r\n\r\n")
        assert b"503" in head
        assert b"retry-after: " in head
        for reader, writer in busy:
            assert b"200 OK" in await reader.readline()
            writer.close()


async def test_the_operators_port_has_a_place_for_everybody() -> None:
    (port,) = free_ports(1)
    for always, status in ((frozenset[int](), b"503"), (frozenset({port}), b"404")):
        async with served(most=0, always=always, port=port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert status in await reader.readline()
            writer.close()


async def asking_and_never_reading(port: int) -> socket.socket:
    """A client that asks twice and whose answers find no place."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(2 * b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.sleep(0.1)
    return client


async def test_who_does_not_read_the_answer_is_let_go() -> None:
    gone = asyncio.Event()

    class Noted(Quick):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    async with served(Noted) as port:
        with await asking_and_never_reading(port):
            async with asyncio.timeout(AT_MOST):
                await gone.wait()


async def test_who_does_not_read_the_answer_makes_room() -> None:
    async with served(BoundedProtocol, most=1) as port:
        with await asking_and_never_reading(port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"Content-Length: 5\r\n\r\n12345")
            assert b"200 OK" in await reader.readline()
            writer.close()


async def test_a_pipelined_request_that_is_under_way_is_not_given_up() -> None:
    async with served(BoundedProtocol, most=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"Content-Length: 5\r\n\r\n12345" + b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in await reader.readline()
        late, other = await asyncio.open_connection("127.0.0.1", port)
        assert b"503" in await late.readline()
        assert b'"done"' in await reader.readuntil(b'"done"')
        writer.close()
        other.close()
