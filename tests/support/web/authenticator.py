"""The authenticator app, served as it is, and a device API that answers what a test wants and checks all signatures."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from deploy.local.ports import free_ports
from schemas.verification import DeviceKey
from services.enrollment.authenticator.pages import mount_authenticator
from services.enrollment.web.mount import LanguageOfRequest
from services.kit.crypto import device as protocol
from services.kit.crypto.sealing import encode
from services.kit.errors import (
    CATALOGUE,
    ActivationCodeInvalidError,
    ClockSkewError,
    DeviceSignatureInvalidError,
    NumberMismatchError,
)
from services.kit.http.problem import install_problem_handlers
from tests.support.waiting import until

DEVICE_ID = "device-1"
HANDLE = "7K3MPQ2X"
CODE = "123456789"
SECRET = b"12345678901234567890"
"""The secret of the examples in RFC 6238."""
ACCOUNT = {"organization": "Northbridge", "accentColor": "#0f5f6b", "user": "alex@northbridge.example"}
NUMBER = "42"


def request_in(seconds: float = 60, *, challenge_id: str = "challenge-1") -> dict[str, object]:
    """A request as the device API describes it."""
    now = datetime.now(UTC)
    return {
        "challengeId": challenge_id,
        "nonce": "nonce-1",
        "purpose": "registration",
        "appName": "Northbridge",
        "location": None,
        "requestedAt": now.isoformat(),
        "expiresAt": (now + timedelta(seconds=seconds)).isoformat(),
        "digits": len(NUMBER),
    }


@dataclass
class DeviceApi:
    """What the service knows and says; a test changes it at any time."""

    origin: str = ""
    off: timedelta = timedelta()
    """How far the service's clock is ahead of the browser's."""
    requests: list[dict[str, object]] = field(default_factory=list)
    key: DeviceKey | None = None
    activation: protocol.Activation | None = None
    answers: list[protocol.DeviceAnswer] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notices: list[dict[str, object]] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    """The notices of which "This wasn't me" was said."""
    says: str | None = None
    """The code of the problem that the next calls are answered with."""
    streams: int = 0
    """How many lists were asked for live."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def typed_url(self) -> str:
        """What a person types."""
        return f"{self.origin}/device/v1/a/{HANDLE}"

    @property
    def link(self) -> str:
        """What the QR code says."""
        url = quote(self.typed_url, safe="")
        return f"{self.origin}/authenticator#activate?url={url}&code={CODE}&secret={encode(SECRET)}"

    def punctual(self, issued: datetime) -> None:
        """Refuse a clock that is more than a minute off, as the service does."""
        now = datetime.now(UTC) + self.off
        if abs(issued - now) > timedelta(seconds=60):
            self.refused.append("clockSkew")
            raise ClockSkewError(headers={"Date": now.strftime("%a, %d %b %Y %H:%M:%S GMT")})

    def activate(self, token: str) -> dict[str, object]:
        """Connect whoever knows the code."""
        asked = protocol.read_activation(token)
        self.punctual(asked.iat)
        if self.says:
            raise CATALOGUE[self.says]
        assert asked.aud == self.origin
        if asked.code.get_secret_value() != CODE:
            raise ActivationCodeInvalidError
        self.activation, self.key = asked, asked.key
        return {"deviceId": DEVICE_ID, "account": ACCOUNT, "requestsUrl": f"{self.origin}/device/v1/requests"}

    def recognise(self, authorization: str, url: str, method: str = "GET") -> None:
        """Refuse what the device did not sign for this very call."""
        if self.key is None:
            raise DeviceSignatureInvalidError
        asked = protocol.read_request(authorization.removeprefix("Bearer "), self.key)
        self.punctual(asked.iat)
        assert (asked.sub, asked.aud, asked.htm, asked.htu) == (DEVICE_ID, self.origin, method, url)

    async def stream(self) -> AsyncIterator[str]:
        """The list whenever it changes."""
        self.streams += 1
        shown = None
        while not self.stopping.is_set():
            if self.requests != shown:
                shown = list(self.requests)
                yield f"event: requests\ndata: {json.dumps(shown)}\n\n"
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 0.05)

    def answer(self, challenge_id: str, token: str) -> Response:
        """Judge an answer."""
        assert self.key
        answer = protocol.read_answer(token, self.key)
        self.punctual(answer.iat)
        assert answer.challenge_id == challenge_id
        self.answers.append(answer)
        if self.says == "judging":
            return Response(status_code=202)
        if self.says:
            raise CATALOGUE[self.says]
        self.requests = []
        if answer.decision == "approve" and (answer.number is None or answer.number.get_secret_value() != NUMBER):
            raise NumberMismatchError
        return Response(status_code=204)


def served(api: DeviceApi) -> FastAPI:
    """The app and its device API."""
    app = FastAPI()

    @app.get("/device/v1/configuration")
    async def configuration() -> dict[str, None]:
        return {"vapidPublicKey": None}

    @app.post("/device/v1/a/{handle}/activate", status_code=201)
    async def activate(request: Request, handle: str) -> dict[str, object]:
        assert handle == HANDLE
        assert request.headers["content-type"] == "application/jose"
        return api.activate((await request.body()).decode())

    @app.get("/device/v1/requests/stream")
    async def stream(request: Request) -> Response:
        api.recognise(request.headers["authorization"], f"{api.origin}/device/v1/requests/stream")
        return StreamingResponse(api.stream(), media_type="text/event-stream")

    @app.get("/device/v1/notices")
    async def notices(request: Request) -> list[dict[str, object]]:
        api.recognise(request.headers["authorization"], f"{api.origin}/device/v1/notices")
        return api.notices

    @app.post("/device/v1/notices/{notice_id}/not-me", status_code=204)
    async def not_me(request: Request, notice_id: str) -> None:
        url = f"{api.origin}/device/v1/notices/{notice_id}/not-me"
        api.recognise(request.headers["authorization"], url, "POST")
        api.reported.append(notice_id)

    @app.post("/device/v1/requests/{challenge_id}/answer")
    async def answer(request: Request, challenge_id: str) -> Response:
        return api.answer(challenge_id, (await request.body()).decode())

    mount_authenticator(app, public_origin=api.origin, authenticator_origin=api.origin)
    app.add_middleware(LanguageOfRequest)
    install_problem_handlers(app)
    return app


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[DeviceApi]:
    """Serve it on a free port of this machine."""
    (port,) = free_ports(1)
    api = DeviceApi(origin=f"http://localhost:{port}")
    server = uvicorn.Server(
        uvicorn.Config(served(api), host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield api
    finally:
        api.stopping.set()
        server.should_exit = True
        await task
