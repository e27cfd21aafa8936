"""A second replica of enrollment whose clock is ahead, so that nobody has to wait for time to pass."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from deploy.local.ports import free_ports
from deploy.local.stack import LocalStack

READY_WITHIN = 60.0


@contextmanager
def replica_later(stack: LocalStack, by: timedelta) -> Iterator[str]:
    """Another replica of enrollment, whose clock is ahead; its origin."""
    (port,) = free_ports(1)
    program = str(Path(sys.executable).with_name("security-info"))
    environment = {
        **stack.environment("enrollment"),
        "SECURITY_INFO_CLOCK_OFFSET": str(int(by.total_seconds())),
    }
    process = subprocess.Popen(
        [program, "serve", "enrollment", "--port", str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        origin = f"http://localhost:{port}"
        _await_ready(origin)
        yield origin
    finally:
        process.terminate()
        process.wait(timeout=30)


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
