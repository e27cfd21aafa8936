"""Parts of the demo world as processes, and what waits for them."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response

from deploy.demo.handset.signature import sign
from deploy.local.health import page_answers

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "demo-twilio-token"
NUMBER = "+447700900142"


T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T]], seconds: float = 10) -> T:
    """Ask again until the answer is something, or fail."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = await ask()
        if answer:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about in time")


@asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` from this process."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextmanager
def running(part: str, port: int, environment: dict[str, str]) -> Iterator[str]:
    """Run a part of the demo world as a process, until ready; stopped by its pid."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    command = [sys.executable, "-m", f"deploy.demo.{part}"]
    process = subprocess.Popen(command, env=inherited | environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_until_ready(process: "subprocess.Popen[bytes]", origin: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if page_answers(f"{origin}/healthz"):
            return
        time.sleep(0.05)
    raise AssertionError(f"{origin} did not become ready")


@dataclass(frozen=True)
class Handset:
    http: httpx.AsyncClient
    smtp_port: int
    home: Path

    async def text(
        self, to: str = NUMBER, body: str = "hello", provider: str = "twilio-a", **more: Any
    ) -> httpx.Response:
        return await self.post("Messages.json", {"To": to, "From": "+447700900999", "Body": body} | more, provider)

    async def post(
        self, path: str, form: dict[str, Any], provider: str = "twilio-a", token: str = TOKEN, wait: float = 5
    ) -> httpx.Response:
        url = f"/{provider}/2010-04-01/Accounts/{ACCOUNT}/{path}"
        return await self.http.post(url, data=form, auth=(ACCOUNT, token), timeout=wait)

    async def get(self, path: str, **query: str) -> Any:
        url = f"/twilio-a/2010-04-01/Accounts/{ACCOUNT}/{path}"
        return (await self.http.get(url, params=query, auth=(ACCOUNT, TOKEN))).json()

    async def listed(self, kind: str, to: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/{kind}", params={"to": to})
        found: list[dict[str, Any]] = answer.json()
        return found

    async def fault(self, provider: str, mode: str, **more: int) -> None:
        answer = await self.http.put("/api/faults", json={"provider": provider, "mode": mode} | more)
        assert answer.status_code == 200


@dataclass(frozen=True)
class Place:
    origin: str
    smtp_port: int
    home: Path


@dataclass
class Receiver:
    """Stands where the notifier stands: checks signatures, keeps what came, and refuses when told to."""

    origin: str = ""
    refusals: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        async def receive(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            url = self.origin + request.url.path + (f"?{request.url.query}" if request.url.query else "")
            assert request.headers["x-twilio-signature"] == sign(TOKEN, url, form)
            if self.refusals:
                self.refusals -= 1
                return Response(status_code=503)
            self.forms.append(form | {"path": request.url.path})
            return Response(self.answers.pop(0) if self.answers and "twiml" in request.url.path else "", 200)

        app.add_api_route("/{path:path}", receive, methods=["POST"])
        return app

    def statuses(self, name: str) -> list[str]:
        return [form[name] for form in self.forms if form["path"] == "/status"]
