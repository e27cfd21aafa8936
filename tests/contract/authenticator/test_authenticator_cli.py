"""`security-info authenticator`: the device protocol from a script, against a device API that checks all signatures."""

import asyncio
import json
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.kit.crypto.codes import totp_code
from services.kit.crypto.sealing import encode
from tests.support.waiting import until
from tests.support.web.authenticator import CODE, NUMBER, SECRET, DeviceApi, request_in, running

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
async def api() -> AsyncIterator[DeviceApi]:
    async with running() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "new" / "app.json"


async def command(home: Path, *words: str) -> Done:
    """Run one command as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.cli",
        "authenticator",
        *words,
        "--home",
        str(home),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


async def activate(api: DeviceApi, home: Path, *more: str) -> Done:
    return await command(home, "activate", "--url", api.typed_url, "--code", CODE, *more)


def kept(home: Path) -> list[tuple[str, int]]:
    """The files beside the app's state and itself, with their modes."""
    return [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in home.parent.glob("*")]


def write(home: Path, content: str) -> None:
    home.parent.mkdir()
    home.write_text(content)


def damage_key(home: Path) -> None:
    home.write_text(json.dumps(json.loads(home.read_text()) | {"key": "{}"}))


def failed(done: Done, beginning: str) -> bool:
    """Whether it ended with one clear line."""
    return (
        (done.status, done.out) == (1, "")
        and done.err.startswith(f"security-info: {beginning}")
        and (done.err.count("\n") == 1)
    )


async def test_it_connects_and_keeps_its_key_to_itself(api: DeviceApi, home: Path) -> None:
    done = await activate(api, home, "--secret", encode(SECRET), "--name", "Build server")
    assert done == Done(0, "connected to alex@northbridge.example at Northbridge\n", "")
    assert api.activation
    assert api.activation.device_name == "Build server"
    assert api.activation.secret
    assert api.activation.secret.get_secret_value() == SECRET
    assert kept(home) == [("app.json", 0o600)]


async def test_a_code_typed_as_it_is_shown_is_taken(api: DeviceApi, home: Path) -> None:
    done = await command(home, "activate", "--url", api.typed_url, "--code", f"{CODE[:3]} {CODE[3:6]} {CODE[6:]}")
    assert done.status == 0


async def test_a_wrong_code_is_one_line_and_leaves_no_file(api: DeviceApi, home: Path) -> None:
    done = await command(home, "activate", "--url", api.typed_url, "--code", "000000000")
    assert failed(done, "activationCodeInvalid: ")
    assert kept(home) == []


@pytest.mark.parametrize(
    ("decision", "printed"),
    [(("--approve", "--number", NUMBER), "approved"), (("--deny",), "denied"), (("--report",), "reported")],
)
async def test_it_answers_the_request_that_waits(
    api: DeviceApi, home: Path, decision: tuple[str, ...], printed: str
) -> None:
    await activate(api, home)
    api.requests = [request_in()]
    assert await command(home, "watch", *decision) == Done(0, f"{printed}\n", "")
    (answer,) = api.answers
    assert answer.decision == decision[0].removeprefix("--")
    assert (answer.number.get_secret_value() if answer.number else None) == (NUMBER if printed == "approved" else None)
    assert answer.nonce == "nonce-1"


async def test_it_waits_for_a_request_that_comes_later(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    watching = asyncio.create_task(command(home, "watch", "--deny"))
    await until(lambda: api.streams)
    api.requests = [request_in()]
    assert (await watching).out == "denied\n"


async def test_a_wrong_number_is_one_line(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    api.requests = [request_in()]
    assert failed(await command(home, "watch", "--approve", "--number", "00"), "numberMismatch: ")


async def test_an_answer_that_is_still_judged_says_so(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    api.requests, api.says = [request_in()], "judging"
    assert await command(home, "watch", "--deny") == Done(0, "judging\n", "")


async def test_no_request_in_time_is_one_line(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    assert failed(await command(home, "watch", "--deny", "--timeout", "1"), "no request came within 1 s")


async def test_a_clock_that_is_off_is_corrected_and_remembered(api: DeviceApi, home: Path) -> None:
    api.off = timedelta(hours=2)
    assert (await activate(api, home, "--secret", encode(SECRET))).status == 0
    api.requests, api.refused = [request_in()], []
    assert (await command(home, "watch", "--deny")).status == 0
    assert api.refused == []
    before = datetime.now(UTC) + api.off
    shown = (await command(home, "code")).out.strip()
    assert shown in {totp_code(SECRET, before + timedelta(seconds=seconds)) for seconds in (-1, 0, 30)}


async def test_an_app_without_a_secret_has_no_codes(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    assert failed(await command(home, "code"), "the app has no secret")


@pytest.mark.parametrize("content", [None, "", "{}", '{"origin": 1}'])
async def test_without_a_state_it_says_what_to_do(home: Path, content: str | None) -> None:
    if content is not None:
        write(home, content)
    done = await command(home, "code")
    assert failed(done, "cannot read" if content is None else str(home))


async def test_a_damaged_key_is_told(api: DeviceApi, home: Path) -> None:
    await activate(api, home)
    damage_key(home)
    assert failed(await command(home, "watch", "--deny"), "the app's key is damaged")


async def test_a_service_that_is_away_is_one_line(api: DeviceApi, home: Path) -> None:
    url = "http://127.0.0.1:9/device/v1/a/7K3MPQ2X"
    assert failed(await command(home, "activate", "--url", url, "--code", CODE), "http://127.0.0.1:9 does not answer")
    assert failed(await command(home, "activate", "--url", "ftp://x/", "--code", CODE), "--url is not the address")
    done = await activate(api, home, "--secret", "not base64!")
    assert failed(done, "the secret is not base64url")
