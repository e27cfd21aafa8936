"""A client that never finishes its request is not waited for."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest
import uvicorn
from fastapi import FastAPI, Request

from services.kit.http.app import ServiceApp
from services.kit.http.bounded import BoundedProtocol
from services.kit.runtime import listen
from tests.attack.attacks.slow import HEAD, Behave, endless_body, endless_head, idle, seconds_held, slow_body, slow_head

AT_MOST = 3.0
"""Seconds on a busy machine, where the deadlines are a tenth of it."""


class Quick(BoundedProtocol):
    """The deadlines of a test."""

    head_within = body_within = 0.3


def app() -> FastAPI:
    made = ServiceApp()

    @made.post("/v1.0/interrupts")
    async def read(request: Request) -> int:
        return len(await request.body())

    @made.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(3 * Quick.head_within)
        return "done"

    return made


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    listening: socket.socket = listen("127.0.0.1", 0)
    config = uvicorn.Config(app(), http=Quick, log_config=None, access_log=False, lifespan="off")
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
