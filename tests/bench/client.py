"""A client that costs little: what it takes of two cores is not there for the services that are measured."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.people.api import Platform

KEPT = 4.0
"""Seconds without a request for which the server keeps a connection, at least."""
TOKEN_FOR = 60.0
"""Seconds that a bearer token is used for, as a platform would; it is good for five minutes."""


class UnexpectedAnswerError(Exception):
    """The product did not answer as it should; the message has what it said."""


@dataclass
class Tokens:
    """The bearer token of the platform, signed anew every minute."""

    platform: Platform
    _token: str = ""
    _signed: float = 0.0

    def current(self) -> str:
        """Good for minutes yet."""
        if not self._token or time.monotonic() - self._signed > TOKEN_FOR:
            self._token, self._signed = self.platform.token(), time.monotonic()
        return self._token


@dataclass
class Caller:
    """One connection that is kept: one request at a time, as HTTP/1.1 over a plain socket."""

    tokens: Tokens
    origin: str = ""
    """Of a replica; otherwise the stack's."""
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, repr=False)
    _used: float = 0.0

    @property
    def address(self) -> str:
        return self.origin or self.tokens.platform.stack.url("enrollment")

    @property
    def return_url(self) -> str:
        """Where the platform takes people back."""
        return self.tokens.platform.stack.url("northbridge")

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._streams:
            self._streams[1].close()

    async def post(self, path: str, body: object, status: int, **headers: str) -> dict[str, Any]:
        """The JSON of an answer with that status. Raises `UnexpectedAnswerError`."""
        content = json.dumps(body).encode()
        lines = [
            f"POST {path} HTTP/1.1",
            f"host: {urlsplit(self.address).netloc}",
            f"authorization: Bearer {self.tokens.current()}",
            "content-type: application/json",
            f"content-length: {len(content)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        given, text = await self.exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        if given != status:
            raise UnexpectedAnswerError(f"POST {path}: {given} {text.decode(errors='replace')}")
        found: dict[str, Any] = json.loads(text)
        return found

    async def get(self, path: str) -> None:
        """Any answer that is not a mistake. Raises `UnexpectedAnswerError`."""
        given, text = await self.exchange(
            f"GET {path} HTTP/1.1\r\nhost: {urlsplit(self.address).netloc}\r\n\r\n".encode()
        )
        if given >= 400:
            raise UnexpectedAnswerError(f"GET {path}: {given} {text.decode(errors='replace')}")

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request."""
        if self._streams is None or time.monotonic() - self._used > KEPT:
            await self._connect()
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0]
        body = await reader.readexactly(int(length or 0))
        self._used = time.monotonic()
        return int(head[9:12]), body

    async def _connect(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = await asyncio.open_connection("127.0.0.1", urlsplit(self.address).port)
        self._used = time.monotonic()
