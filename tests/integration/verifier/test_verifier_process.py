"""The verifier as a process: how it starts, says what it lacks, and ends."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import httpx
import pytest

from services.kit.clock import SystemClock
from services.kit.crypto.key_files import new_keyrings
from services.kit.crypto.key_source import KeyringError
from services.kit.settings import ServiceSettings
from services.verifier.app import build
from services.verifier.settings import VerifierSettings
from tests.support.servers.process import free_port
from tests.support.waiting import until

NOBODY = "127.0.0.1:1"


@pytest.fixture
def keyring_file(tmp_path: Path) -> Path:
    """A keyring for the verifier."""
    file = tmp_path / "verifier.json"
    file.write_text(json.dumps(new_keyrings(SystemClock().now())["verifier"]))
    return file


def environment(keyring: Path, port: int, **more: str) -> dict[str, str]:
    """What the process sees: nothing of ours but this."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    ours = {"ENVIRONMENT": "demo", "KEYRING": str(keyring), "VERIFIER_PORT": str(port), **more}
    return inherited | {f"SECURITY_INFO_{name}": value for name, value in ours.items()}


async def ended(variables: dict[str, str]) -> tuple[int | None, str]:
    """Exit code and stderr of a verifier that cannot start."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.verifier", env=variables, stdout=DEVNULL, stderr=PIPE
    )
    _, told = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, told.decode()


async def test_a_mistake_at_the_start_is_one_line_and_status_1(keyring_file: Path) -> None:
    code, told = await ended(environment(keyring_file, free_port(), KAFKA_URI="x"))
    assert code == 1
    assert "SECURITY_INFO_KAFKA_URI" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("name", ["absent", "notifier"])
def test_a_keyring_that_is_absent_or_another_services_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "notifier.json").write_text(json.dumps(new_keyrings(SystemClock().now())["notifier"]))
    settings = VerifierSettings(_env_file=None, environment="demo", keyring=tmp_path / f"{name}.json")
    with pytest.raises(KeyringError, match="SECURITY_INFO_KEYRING") as refused:
        build(settings)
    assert "\n" not in str(refused.value)


async def test_a_taken_port_is_named(keyring_file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, told = await ended(environment(keyring_file, port, KAFKA_URL=NOBODY, MONGODB_URL=f"mongodb://{NOBODY}"))
    assert code == 1
    assert str(port) in told
    assert len(told.splitlines()) == 1


async def readiness(port: int) -> tuple[int, str]:
    """Status and body of `/readyz`; 0 while nobody answers."""
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}/readyz", timeout=10)
        except httpx.TransportError:
            return 0, ""
    return answer.status_code, answer.text


async def test_without_kafka_and_database_it_is_alive_says_what_it_lacks_and_ends_when_told(
    keyring_file: Path,
) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.verifier"),
        env=environment(keyring_file, port, KAFKA_URL=NOBODY, MONGODB_URL=f"mongodb://{NOBODY}"),
        stdout=DEVNULL,
    )

    async def answers() -> bool:
        return (await readiness(port))[0] != 0

    try:
        await until(answers)
        status, body = await readiness(port)
        assert status == 503
        assert "kafka" in body
        assert "mongodb" in body
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 25) == 0


async def test_it_becomes_ready_and_ends_when_told(
    settings: ServiceSettings, mongodb_url: str, keyring_file: Path
) -> None:
    port = free_port()
    variables = environment(
        keyring_file, port, KAFKA_URL=settings.kafka_url, MONGODB_URL=mongodb_url, TOPIC_PREFIX=settings.topic_prefix
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.verifier", env=variables, stdout=DEVNULL
    )

    async def is_ready() -> bool:
        return (await readiness(port))[0] == 200

    try:
        await until(is_ready, 60)
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 25) == 0
