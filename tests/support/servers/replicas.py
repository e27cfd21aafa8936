"""One more replica of a service."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local.places import ROOT
from deploy.local.ports import free_ports
from deploy.local.stack import CHANNELS, LocalStack
from tests.support.servers.process import end

CONFIG = Path("deploy") / "demo" / "config.yaml"
READY_WITHIN = 60.0
STOP_WITHIN = 40.0


@contextmanager
def replica(stack: LocalStack, part: str, code: Path = ROOT, **settings: str) -> Iterator[str]:
    """Another process of a service, until the end of the block; its origin. It leaves as it is asked to. `code` is the
    checkout that it runs, with the configuration that it reads."""
    (port,) = free_ports(1)
    own = {} if code == ROOT else {"SECURITY_INFO_CONFIG": str(code / CONFIG)}
    channels = [word for channel in CHANNELS for word in ("--channel", channel)] if part == "notifier" else []
    with stack.log(f"{part}-replica").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "serve", part, *channels, "--port", str(port)],
            cwd=code,
            env={**stack.environment(part), **own, **settings},
            stdout=log,
            stderr=log,
        )
    try:
        origin = f"http://localhost:{port}"
        _await_ready(origin)
        yield origin
    finally:
        end(process, STOP_WITHIN)


def _await_ready(origin: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{origin}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{origin} is not ready after {READY_WITHIN:.0f} s")
