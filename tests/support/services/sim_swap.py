"""An operator for tests: a local server that speaks CAMARA's SIM Swap API, and hands out tokens for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
from pydantic import AnyHttpUrl, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kit.config.sim_swap import SimSwapAccount
from tests.support.serving import serving

SECRET = SecretStr("s3cret +/:")
CLIENT = "northbridge"
LOGIN = httpx.BasicAuth(CLIENT, "s3cret+%2B%2F%3A")._auth_header
"""As RFC 6749, section 2.3.1, has it: both parts form-encoded."""


@dataclass
class OperatorServer:
    """Says of every number in `swapped` that its SIM card was changed, of others in `known` that it was not; `status`
    is what it answers instead, `hangs` that it does not. `forms` and `checks` are what it was asked."""

    swapped: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    status: int = 200
    hangs: bool = False
    life: int | None = 3600
    tokens: set[str] = field(default_factory=set)
    forms: list[dict[str, str]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    def account(self, **fields: object) -> SimSwapAccount:
        """A client of it."""
        url = f"http://127.0.0.1:{self.port}"
        return SimSwapAccount(
            base_url=AnyHttpUrl(f"{url}/sim-swap/v2"),
            token_url=AnyHttpUrl(f"{url}/token"),
            client_id=CLIENT,
            client_secret="env:SIM_SWAP_SECRET",
        ).model_copy(update=fields)

    def app(self) -> Starlette:
        """The server's routes."""
        return Starlette(
            routes=[
                Route("/token", self._grant, methods=["POST"]),
                Route("/sim-swap/v2/check", self._check, methods=["POST"]),
            ]
        )

    async def _grant(self, request: Request) -> Response:
        if request.headers.get("authorization") != LOGIN:
            return JSONResponse({"error": "invalid_client"}, 401)
        self.forms.append(dict(parse_qsl((await request.body()).decode())))
        token = uuid4().hex
        self.tokens.add(token)
        life = {} if self.life is None else {"expires_in": self.life}
        return JSONResponse({"access_token": token, "token_type": "Bearer", **life})

    async def _check(self, request: Request) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "UNAUTHENTICATED")
        asked = await request.json()
        self.checks.append(asked)
        if self.hangs:
            await asyncio.sleep(60)
        if self.status != httpx.codes.OK:
            return _error(self.status, "UNAVAILABLE")
        number = asked["phoneNumber"]
        if number not in self.swapped | self.known:
            return _error(404, "IDENTIFIER_NOT_FOUND")
        return JSONResponse({"swapped": number in self.swapped})


@asynccontextmanager
async def operator() -> AsyncIterator[OperatorServer]:
    """A running server."""
    server = OperatorServer()
    async with serving(server.app()) as port:
        server.port = port
        yield server


def _error(status: int, code: str) -> Response:
    return JSONResponse({"status": status, "code": code, "message": "about a number"}, status)
