"""Clients that never finish: idle connections, headers and bodies drop by drop or without end. Each ends in time, and
meanwhile others are served."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import TypeAlias
from urllib.parse import urlsplit

from services.kit.http.bounded import BODY_WITHIN, HEAD_WITHIN
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene

CROWD = 100
FLOOD = 10
"""Of each kind; fewer of those that send as fast as they can, since they and whoever measures share a machine."""
SLACK = 5.0
SERVED_WITHIN = 5.0

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Behave = Callable[[Reader, Writer], Awaitable[None]]

HEAD = b"POST /v1.0/interrupts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


async def idle(_: Reader, __: Writer) -> None:
    """Says nothing."""


async def slow_head(_: Reader, writer: Writer) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\n")
    for number in range(1000):
        writer.write(b"X-%d: 1\r\n" % number)
        await writer.drain()
        await asyncio.sleep(1)


async def endless_head(_: Reader, writer: Writer) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\n")
    for number in range(100_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"a" * 4096))
        await writer.drain()


async def slow_body(_: Reader, writer: Writer) -> None:
    writer.write(HEAD + b"Content-Length: 60000\r\n\r\n")
    for _number in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def endless_body(_: Reader, writer: Writer) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _number in range(100_000):
        writer.write(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
        await writer.drain()


KINDS: dict[str, tuple[Behave, float]] = {
    "idle": (idle, HEAD_WITHIN),
    "headers drop by drop": (slow_head, HEAD_WITHIN),
    "headers without end": (endless_head, HEAD_WITHIN),
    "a body drop by drop": (slow_body, HEAD_WITHIN + BODY_WITHIN),
    "a body without end": (endless_body, HEAD_WITHIN + BODY_WITHIN),
}


async def crowds(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """All of them at once, and a client who wants an answer meanwhile."""
    address = urlsplit(scene.target.origin)
    host, port = address.hostname or "", address.port or 80
    held = {
        kind: [
            asyncio.create_task(seconds_held(host, port, behave))
            for _ in range(FLOOD if kind.endswith("without end") else CROWD)
        ]
        for kind, (behave, _within) in KINDS.items()
    }
    for _number in range(10):
        await asyncio.sleep(1)
        began = monotonic()
        answer = await scene.target.call("GET", "/healthz")
        took = monotonic() - began
        slow = f"took {took:.1f} s" if took > SERVED_WITHIN else ""
        yield Attempt("a request meanwhile", answer.status_code, slow if answer.is_success else "was not served")
    everybody = [task for tasks in held.values() for task in tasks]
    done, late = await asyncio.wait(everybody, timeout=max(within for _, within in KINDS.values()) + SLACK)
    for task in late:
        task.cancel()
    for kind, tasks in held.items():
        within = KINDS[kind][1] + SLACK
        for task in tasks:
            is_held = task not in done or task.result() > within
            yield Attempt(kind, 0, f"was held for more than {within:.0f} s" if is_held else "")


async def seconds_held(host: str, port: int, behave: Behave) -> float:
    """How long the server keeps a connection of such a client."""
    began = monotonic()
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return monotonic() - began
    behaving = asyncio.ensure_future(behave(reader, writer))
    try:
        with suppress(OSError):
            while await reader.read(4096):
                pass
        return monotonic() - began
    finally:
        behaving.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await behaving
        writer.close()
