"""A service as a process: it says which port is taken, and ends when told to."""

import asyncio
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from deploy.local.ports import free_ports
from services.kit.runtime import listen

PROGRAM = """
import sys
from contextlib import asynccontextmanager
from fastapi import Request
from services.kit.http.app import build_app
from services.kit.http.client import country_of
from services.kit.runtime import run

@asynccontextmanager
async def lifespan(app):
    {start}
    print("up", flush=True)
    yield
    {end}
    print("down", flush=True)

ports = [int(port) for port in sys.argv[1:]]
app = build_app("verifier", readiness={{}}, lifespan=lifespan, management_port=ports[1] if len(ports) > 1 else None)
@app.get("/country")
def country(request: Request) -> str:
    return country_of(request, "CF-IPCountry")

run(app, "127.0.0.1", *ports, exit_within={within}, trusted_proxies={trusted!r})
"""


def start(
    *ports: int, first: str = "pass", last: str = "pass", within: float = 20, trusted: str = ""
) -> subprocess.Popen[str]:
    program = PROGRAM.format(start=first, end=last, within=within, trusted=trusted)
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, ports)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(port)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1
    assert f"port {port}" in errors


def test_metrics_are_answered_on_the_management_port_alone() -> None:
    public, management = free_ports(2)
    process = start(public, management)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        asked = [(port, path) for port in (public, management) for path in ("/metrics", "/healthz")]
        statuses = [httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code for port, path in asked]
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert statuses == [404, 200, 200, 200]


@pytest.mark.parametrize(("trusted", "country"), [("127.0.0.0/8", "FR"), ("10.0.0.0/8", ""), ("", "")])
def test_only_a_trusted_proxy_says_the_country(trusted: str, country: str) -> None:
    (port,) = free_ports(1)
    process = start(port, trusted=trusted)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        url, headers = f"http://127.0.0.1:{port}/country", {"CF-IPCountry": "FR"}
        answer = httpx.get(url, headers=headers, trust_env=False, timeout=30)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert answer.json() == country


def test_it_stops_what_it_started_and_exits_with_zero() -> None:
    process = start(0)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    assert (rest.strip(), process.returncode) == ("down", 0)


def test_what_stays_is_not_looked_through_for_garbage() -> None:
    process = start(0, first="import gc; print(gc.get_freeze_count(), len(gc.get_objects()), flush=True)")
    assert process.stdout is not None
    frozen, looked_at = map(int, process.stdout.readline().split())
    process.terminate()
    process.communicate(timeout=30)
    assert frozen > 10 * looked_at


@pytest.mark.parametrize(
    "hangs",
    [
        "import asyncio; await asyncio.Event().wait()",
        "import asyncio, time; asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)",
    ],
    ids=["a stop that never ends", "a thread that never ends"],
)
def test_it_ends_in_time_whatever_hangs(hangs: str) -> None:
    process = start(0, last=hangs, within=0.3)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith("security-info: stopping took too long")


def test_a_start_that_fails_is_status_one() -> None:
    process = start(0, first="raise ValueError")
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith("security-info: ")


async def test_a_small_answer_does_not_wait_for_an_acknowledgement() -> None:
    delayed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connected(_: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        taken: socket.socket = answer.get_extra_info("socket")
        delayed.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        answer.close()

    listening = listen("127.0.0.1", 0)
    async with await asyncio.start_server(connected, sock=listening):
        _, asking = await asyncio.open_connection(*listening.getsockname())
        assert await delayed
        asking.close()
