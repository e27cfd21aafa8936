"""`security-info authenticator`: the device protocol from a script, against a device API that checks all signatures."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.kit.crypto.codes import totp_code
from services.kit.crypto.sealing import encode
from tests.support.people.command_line import CommandLine, Done
from tests.support.waiting import until
from tests.support.web.authenticator import CODE, NUMBER, SECRET, DeviceApi, request_in, running

Command = Callable[..., Coroutine[Any, Any, Done]]


@pytest.fixture
async def api() -> AsyncIterator[DeviceApi]:
    async with running() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "new" / "app.json"


@pytest.fixture
def command(security_info: CommandLine, home: Path) -> Command:
    """One command of the app's, beside the device API that answers it."""

    async def run(*words: str) -> Done:
        return await asyncio.to_thread(security_info, "authenticator", *words, "--home", str(home))

    return run


async def activate(api: DeviceApi, command: Command, *more: str) -> Done:
    return await command("activate", "--url", api.typed_url, "--code", CODE, *more)


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
        (done.code, done.stdout) == (1, "")
        and done.stderr.startswith(f"security-info: {beginning}")
        and (done.stderr.count("\n") == 1)
    )


async def test_it_connects_and_keeps_its_key_to_itself(api: DeviceApi, command: Command, home: Path) -> None:
    done = await activate(api, command, "--secret", encode(SECRET), "--name", "Build server")
    assert done == Done(0, "connected to alex@northbridge.example at Northbridge\n", "")
    assert api.activation
    assert api.activation.device_name == "Build server"
    assert api.activation.secret
    assert api.activation.secret.get_secret_value() == SECRET
    assert kept(home) == [("app.json", 0o600)]


async def test_a_code_typed_as_it_is_shown_is_taken(api: DeviceApi, command: Command, home: Path) -> None:
    done = await command("activate", "--url", api.typed_url, "--code", f"{CODE[:3]} {CODE[3:6]} {CODE[6:]}")
    assert done.code == 0


async def test_a_wrong_code_is_one_line_and_leaves_no_file(api: DeviceApi, command: Command, home: Path) -> None:
    done = await command("activate", "--url", api.typed_url, "--code", "000000000")
    assert failed(done, "activationCodeInvalid: ")
    assert kept(home) == []


@pytest.mark.parametrize(
    ("decision", "printed"),
    [(("--approve", "--number", NUMBER), "approved"), (("--deny",), "denied"), (("--report",), "reported")],
)
async def test_it_answers_the_request_that_waits(
    api: DeviceApi, command: Command, home: Path, decision: tuple[str, ...], printed: str
) -> None:
    await activate(api, command)
    api.requests = [request_in()]
    assert await command("watch", *decision) == Done(0, f"{printed}\n", "")
    (answer,) = api.answers
    assert answer.decision == decision[0].removeprefix("--")
    assert (answer.number.get_secret_value() if answer.number else None) == (NUMBER if printed == "approved" else None)
    assert answer.nonce == "nonce-1"


async def test_it_waits_for_a_request_that_comes_later(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    watching = asyncio.create_task(command("watch", "--deny"))
    await until(lambda: api.streams)
    api.requests = [request_in()]
    assert (await watching).stdout == "denied\n"


async def test_a_wrong_number_is_one_line(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    api.requests = [request_in()]
    assert failed(await command("watch", "--approve", "--number", "00"), "numberMismatch: ")


async def test_an_answer_that_is_still_judged_says_so(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    api.requests, api.says = [request_in()], "judging"
    assert await command("watch", "--deny") == Done(0, "judging\n", "")


async def test_no_request_in_time_is_one_line(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    assert failed(await command("watch", "--deny", "--timeout", "1"), "no request came within 1 s")


async def test_a_clock_that_is_off_is_corrected_and_remembered(api: DeviceApi, command: Command, home: Path) -> None:
    api.off = timedelta(hours=2)
    assert (await activate(api, command, "--secret", encode(SECRET))).code == 0
    api.requests, api.refused = [request_in()], []
    assert (await command("watch", "--deny")).code == 0
    assert api.refused == []
    before = datetime.now(UTC) + api.off
    shown = (await command("code")).stdout.strip()
    assert shown in {totp_code(SECRET, before + timedelta(seconds=seconds)) for seconds in (-1, 0, 30)}


async def test_an_app_without_a_secret_has_no_codes(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    assert failed(await command("code"), "the app has no secret")


@pytest.mark.parametrize("content", [None, "", "{}", '{"origin": 1}'])
async def test_without_a_state_it_says_what_to_do(command: Command, home: Path, content: str | None) -> None:
    if content is not None:
        write(home, content)
    done = await command("code")
    assert failed(done, "cannot read" if content is None else str(home))


async def test_a_damaged_key_is_told(api: DeviceApi, command: Command, home: Path) -> None:
    await activate(api, command)
    damage_key(home)
    assert failed(await command("watch", "--deny"), "the app's key is damaged")


async def test_a_service_that_is_away_is_one_line(api: DeviceApi, command: Command, home: Path) -> None:
    url = "http://127.0.0.1:9/device/v1/a/7K3MPQ2X"
    assert failed(await command("activate", "--url", url, "--code", CODE), "http://127.0.0.1:9 does not answer")
    assert failed(await command("activate", "--url", "ftp://x/", "--code", CODE), "--url is not the address")
    done = await activate(api, command, "--secret", "not base64!")
    assert failed(done, "the secret is not base64url")


async def test_what_changed_is_printed_and_can_be_reported(api: DeviceApi, command: Command) -> None:
    await activate(api, command)
    notice = {
        "noticeId": "n-1",
        "text": "Phone was added\x1b[2J.",
        "happenedAt": "2026-11-24T12:00:00Z",
        "canReport": True,
    }
    api.notices = [notice, notice | {"noticeId": "n-0", "text": "Email was added.", "canReport": False}]
    api.off = timedelta(minutes=5)
    shown = "n-1  Phone was added [2J.\nn-0  Email was added. (cannot be reported any more)\n"
    assert await command("notices") == Done(0, shown, "")
    assert await command("notices", "--not-me", "n-1") == Done(0, "reported\n", "")
    assert api.reported == ["n-1"]
    assert failed(await command("notices", "--not-me", "../n-1"), "that is no id of a notice")
