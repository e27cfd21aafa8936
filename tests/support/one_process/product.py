"""The whole product in this process, on loopback: its real routes, handlers, verifier and notifier over documents in
memory, with the demo's platform and handset. Without a broker, a database or other processes; where those are the
point, a test belongs to `tests/e2e` or `tests/integration`."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import AnyHttpUrl

from deploy.demo.handset.app import build_app as build_handset
from deploy.demo.northbridge.app import build_app as build_northbridge
from deploy.demo.serving import listen
from deploy.demo.settings import WorldSettings
from deploy.local.ports import Ports, variable
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.account import Account, account_id
from services.notifier.settings import NotifierSettings
from tests.attack.lab import Lab, lab
from tests.support.one_process.notifying import notifier
from tests.support.services.records import difference
from tests.support.waiting import awaited, until
from tests.support.web.walking import Walker

STARTS_WITHIN = 30.0
STOPS_WITHIN = 10.0
GRACE_SECONDS = 1
KEPT_ALIVE_SECONDS = 600
"""Longer than a test: a connection that ends just when it is used again is nobody's fault."""
REQUEST_WITHIN = 30.0
RESET_SECONDS = 0.8
"""From a request of a password reset to its answer: long enough for the product on a busy machine."""
T = TypeVar("T")
AGREE_WITHIN = 15.0
"""What a handler is still at."""


class Product:
    """As a platform and a person's devices see it: `url` and `settings` are those of a `LocalStack`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = Ports.free()
        self.lab: Lab | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: httpx.AsyncClient | None = None
        self._stopping = threading.Event()
        self._failure: BaseException | None = None

    def url(self, part: str) -> str:
        host = "localhost" if part == "enrollment" else "127.0.0.1"
        return f"http://{host}:{self.ports.of(part)[part]}"

    def settings(self) -> dict[str, str]:
        return {"SECURITY_INFO_DEMO_HOME": str(self.home), **self.ports.variables()}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for what is done where it runs."""
        assert self._loop
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(REQUEST_WITHIN)

    @property
    def ahead(self) -> timedelta:
        """How far its clock was moved."""
        assert self.lab
        return self.lab.clock.ahead

    def advance(self, by: timedelta) -> None:
        """Let time pass for all services, but for nobody else."""
        assert self.lab
        self.lab.clock.advance(by)

    def visitor(self) -> "Visitor":
        """Somebody with a new browser without scripts."""
        assert self._http
        return Visitor(self, Walker(self._http, self.url("enrollment"), self.url("northbridge")))

    def told(self, user: str) -> list[Envelope]:
        """All events about a person."""
        assert self.lab
        return [envelope for envelope in list(self.lab.log.told) if envelope.subject == user]

    def require_equal_records(self, user: str, tenant: str = "northbridge") -> None:
        """Fail unless the lifecycle events of a person, replayed, give the record that the account has."""
        deadline = time.monotonic() + AGREE_WITHIN
        while (differs := self._differs(user, tenant)) is not None:
            assert time.monotonic() < deadline, differs
            time.sleep(0.05)

    def _differs(self, user: str, tenant: str) -> str | None:
        assert self.lab
        found = self.lab.databases["enrollment"].documents("accounts").get(account_id(tenant, user))
        if found is None:
            return f"{user} has no account"
        lifecycle = [envelope for envelope in self.told(user) if type(envelope.event) in LIFECYCLE.events]
        return difference(Account.model_validate(found["state"]), lifecycle)

    @contextmanager
    def running(self) -> Iterator["Product"]:
        """Started in a thread of its own. What a handler of an event raised fails the test in the end."""
        thread = threading.Thread(target=self._run, name="product")
        thread.start()
        try:
            awaited(lambda: self.lab or self._failure, "the product did not start", STARTS_WITHIN)
            if self._failure:
                raise self._failure
            yield self
            assert self.lab
            assert self.lab.log.failures == []
        finally:
            self._stopping.set()
            thread.join(STOPS_WITHIN)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 # raised in the test's thread
            self._failure = failure

    async def _serve(self) -> None:
        handset = build_handset(self._world(), smtp=listen(self.ports.smtp, variable("smtp")))
        async with (
            served(handset, self.ports.handset),
            lab(self.home, self.url("enrollment"), self.settings()) as made,
            notifier(made, self._notifiers()) as callbacks,
            served(callbacks, self.ports.notifier),
            served(made.app, self.ports.enrollment, lifespan="off"),
            served(self._northbridge(made), self.ports.northbridge),
            httpx.AsyncClient(timeout=REQUEST_WITHIN) as http,
        ):
            self._loop, self._http = asyncio.get_running_loop(), http
            self.lab = made
            await until(self._stopping.is_set, within=float("inf"))

    def _northbridge(self, made: Lab) -> FastAPI:
        """With the keys that its calls are checked by."""
        clients = self.home / "clients"
        clients.mkdir()
        for name, key in made.keys.items():
            (clients / f"{name}.json").write_text(json.dumps(key.as_dict(private=True)), "utf-8")
        return build_northbridge(self._world())

    def _world(self) -> WorldSettings:
        return WorldSettings(
            public_url=AnyHttpUrl(self.url("enrollment")),
            northbridge_port=self.ports.northbridge,
            handset_port=self.ports.handset,
            smtp_port=self.ports.smtp,
            demo_home=self.home,
            reset_seconds=RESET_SECONDS,
            reset_slow_seconds=RESET_SECONDS,
        )

    def _notifiers(self) -> NotifierSettings:
        return NotifierSettings(
            environment="demo",
            keyring=self.home / "notifier.json",
            config=self.home / "config.yaml",
            public_url=AnyHttpUrl(self.url("enrollment")),
            callback_url=AnyHttpUrl(self.url("notifier")),
        )


class Visitor:
    """A browser without scripts (`walking.Walker`), for tests that are no coroutines."""

    def __init__(self, product: Product, walker: Walker) -> None:
        self._product = product
        self.walker = walker

    def open(self, address: str) -> "Visitor":
        self._product.run(self.walker.open(address))
        return self

    def follow(self, label: str) -> "Visitor":
        self._product.run(self.walker.follow(label))
        return self

    def press(self, label: str, *, at: int = 0, **typed: str | list[str]) -> "Visitor":
        self._product.run(self.walker.press(label, at=at, **typed))
        return self

    def shows(self, what: str) -> "Visitor":
        """Refresh the page until it says so: what a device, a call or a mail led to is a moment away."""
        awaited(lambda: what in self.open(self.address).text, f"the page never said {what!r}: {self.text}")
        return self

    @property
    def text(self) -> str:
        """All words of the page."""
        return self.walker.page.text

    @property
    def html(self) -> str:
        return self.walker.html

    @property
    def headings(self) -> list[str]:
        return self.walker.page.headings

    @property
    def address(self) -> str:
        """Where it is; outside the product and the platform, where it was sent."""
        return self.walker.address

    def has_button(self, label: str) -> bool:
        return self.walker.has_button(label)

    @property
    def links(self) -> dict[str, str]:
        return self.walker.page.links


@asynccontextmanager
async def served(app: FastAPI, port: int, lifespan: str = "on") -> AsyncIterator[None]:
    """An application on a port of this machine."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan=lifespan,  # type: ignore[arg-type]  # one of its words
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEPT_ALIVE_SECONDS,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listen(port, "")]))
    try:
        await until(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        await task
