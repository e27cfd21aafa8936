"""Runs a service in the foreground until it is told to stop."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import NoReturn

import uvicorn
import uvloop
from fastapi import FastAPI

from services.kit.config.file import ConfigError
from services.kit.crypto.key_source import KeyringError
from services.kit.http.bounded import BoundedProtocol
from services.kit.http.client import TrustedProxies
from services.kit.http.room import Room, as_many_as_files_allow
from services.kit.settings import S, ServiceName, SettingsError, load_settings
from services.kit.telemetry import configure_logging

GRACE_SECONDS = 5
"""For requests under way; event streams are cut then. What the application stops has deadlines of its own
(`service.StopTimes`)."""

DATE_EVERY = 1.0
"""Seconds; answers carry the date."""

EXIT_WITHIN = 28.0
"""Seconds after the signal at which the process ends in any case, for instance with a thread that hangs. Kubernetes
kills after 30."""


def serve(name: ServiceName, settings_class: type[S], build: Callable[[S], FastAPI], port: int | None = None) -> None:
    """Run a service until it is told to stop, on `port` or the one from its settings.

    A mistake in settings, keyring or configuration ends the process with one line on stderr and status 1.
    """
    try:
        settings = load_settings(settings_class)
        configure_logging(name, demo=settings.is_demo, level=settings.log_level)
        app = build(settings)
    except (SettingsError, KeyringError, ConfigError) as error:
        fail(str(error))
    host = "127.0.0.1" if settings.is_demo else "0.0.0.0"  # noqa: S104 - in a container
    ports = [port or settings.port_of(name)]
    if settings.management_port in ports:
        fail(f"SECURITY_INFO_MANAGEMENT_PORT: the service itself listens on {ports[0]}; choose another")
    if settings.management_port:
        ports.append(settings.management_port)
    run(app, host, *ports, trusted_proxies=settings.trusted_proxies)


def run(app: FastAPI, host: str, *ports: int, trusted_proxies: str = "", exit_within: float = EXIT_WITHIN) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and exit with 0; with 1 where that takes too long.

    The first of `ports` is for everybody, a further one for the operator's probes alone, which always have a place.
    `trusted_proxies` are addresses or networks, comma separated, whose `X-Forwarded-For` is believed, and what else
    they say of a client (`country_of`).

    A taken port, or a start that fails, ends the process with one line on stderr and status 1.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    protocol = partial(BoundedProtocol, room=Room(as_many_as_files_allow()), always=frozenset(ports[1:]))
    server = _Server(
        exit_within,
        uvicorn.Config(
            TrustedProxies(app, trusted_proxies) if trusted_proxies else app,
            http=protocol,  # type: ignore[arg-type]  # called as the class is
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
    )
    listening = [listen(host, port) for port in ports]
    _leave_alone_what_stays()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=listening))
    except SystemExit as leaving:
        if leaving.code:
            fail("the service did not start; the log says why")
        raise


def _leave_alone_what_stays() -> None:
    """Modules, models and routes are there until the end. Looking through them again for garbage took a tenth of a
    second each time, in which nobody was answered."""
    gc.collect()
    gc.freeze()


class _Server(uvicorn.Server):
    """Ends the process some time after it was told to stop."""

    def __init__(self, exit_within: float, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._last_resort = threading.Timer(exit_within, _exit_now)
        self._last_resort.daemon = True
        self._leaving = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Uvicorn's own looks ten times a second whether it is to end, which was a fifth of what idling took."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DATE_EVERY):
                    await self._leaving.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            self._last_resort.start()
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._leaving.set)


def _exit_now() -> None:
    sys.stderr.write("security-info: stopping took too long; what was under way is taken up by whoever starts next\n")
    sys.stderr.flush()
    os._exit(1)


def listen(host: str, port: int) -> socket.socket:
    """A socket on that address; port 0 takes any that is free."""
    # With the protocol named, event loops set TCP_NODELAY: else a small answer on a kept connection waits 40 ms.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            fail(f"port {port} on {host} is taken by another process; stop that one, or choose another")
        fail(f"cannot listen on port {port} of {host}: {error.strerror}")
    return made


def fail(message: str) -> NoReturn:
    """End the process with one line on stderr and status 1."""
    sys.stderr.write(f"security-info: {' '.join(message.split())}\n")
    sys.exit(1)


def _leave(_: int, __: object) -> NoReturn:
    """What the server passes on once it has stopped, and what happens before it has begun."""
    sys.exit(0)
