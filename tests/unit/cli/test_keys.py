"""`security-info keys rotate`, `list` and `retire`: the files that they leave behind, whatever happens."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.kit.crypto.keyring import PURPOSES, Keyring, Purpose
from services.kit.crypto.rotation import OVERLAPS
from tests.support.people.command_line import CommandLine, one_line


@pytest.fixture
def keys(security_info: CommandLine, tmp_path: Path) -> Path:
    """Fresh files of all services."""
    security_info("keys", "new", "keys")
    return tmp_path / "keys"


def contents(directory: Path) -> dict[str, Any]:
    """What the services can load, and nothing else lies there."""
    assert {path.name for path in directory.iterdir()} == {f"{service}.json" for service in PURPOSES}
    for service in PURPOSES:
        path = directory / f"{service}.json"
        Keyring.load(path, service)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return {service: json.loads((directory / f"{service}.json").read_text()) for service in PURPOSES}


def ids(directory: Path, purpose: str) -> list[str]:
    """The ids of a purpose, which are the same in all files that have it."""
    found = [tuple(key["id"] for key in keys[purpose]) for keys in contents(directory).values() if purpose in keys]
    assert len(set(found)) == 1
    return list(found[0])


def later(by: timedelta) -> dict[str, str]:
    """The settings of a command that is run so much later."""
    return {"ENVIRONMENT": "demo", "CLOCK_OFFSET": str(int(by.total_seconds()))}


@pytest.mark.parametrize("purpose", sorted(OVERLAPS.keys() - {"vapid"}))
def test_a_new_key_is_in_all_files_and_used_a_day_later(
    purpose: Purpose, keys: Path, security_info: CommandLine
) -> None:
    (old,) = ids(keys, purpose)

    done = security_info("keys", "rotate", "keys", "--purpose", purpose)

    new, kept = ids(keys, purpose)
    assert (done.code, kept) == (0, old)
    assert done.stdout.startswith(f"{purpose}: new key {new}, in use from ")
    for service in (service for service, needed in PURPOSES.items() if purpose in needed):
        assert service in done.stdout.splitlines()[1]
        entry = contents(keys)[service][purpose][0]
        lead = datetime.fromisoformat(entry["activeFrom"]) - datetime.now(UTC)
        assert timedelta(hours=23, minutes=59) < lead <= timedelta(hours=24)


def test_a_signing_key_is_not_used_before_platforms_can_know_it(keys: Path, security_info: CommandLine) -> None:
    before = contents(keys)

    done = security_info("keys", "rotate", "keys", "--purpose", "signing", "--hours", "0.2")

    assert done.code == 1
    assert "known to all for 15 min" in one_line(done.stderr)
    assert contents(keys) == before


def test_the_steps_of_a_rotation_come_in_their_order(keys: Path, security_info: CommandLine) -> None:
    (old,) = ids(keys, "signing")

    def refused(*arguments: str, after: timedelta) -> bool:
        before = contents(keys)
        done = security_info("keys", *arguments, "--purpose", "signing", **later(after))
        assert one_line(done.stderr) if done.code else True
        assert done.code == 0 or contents(keys) == before
        return done.code == 1

    day, minutes = timedelta(days=1), timedelta(minutes=12)
    assert refused("retire", "keys", after=timedelta())
    assert not refused("rotate", "keys", after=timedelta())
    assert refused("rotate", "keys", after=day / 2)
    assert refused("retire", "keys", after=day / 2)
    assert refused("retire", "keys", "--although-needed", after=day / 2)
    assert refused("retire", "keys", after=day + timedelta(minutes=1))
    assert not refused("retire", "keys", after=day + minutes)
    assert old not in ids(keys, "signing")
    assert refused("retire", "keys", after=day * 365)


def test_the_list_says_how_far_each_key_is_and_shows_none(keys: Path, security_info: CommandLine) -> None:
    security_info("keys", "rotate", "keys", "--purpose", "code")

    now = security_info("keys", "list", "keys")
    then = security_info("keys", "list", "keys", **later(timedelta(days=2)))

    new, old = ids(keys, "code")
    told = [
        [line.split()[1:3] for line in done.stdout.splitlines() if line.startswith("code ")] for done in (now, then)
    ]
    assert told == [[[new, "published"], [old, "in"]], [[new, "in"], [old, "superseded"]]]
    secrets = [key["key"] for file in contents(keys).values() for of in file.values() if of[0] != "B" for key in of]
    assert not any(secret in now.stdout for secret in secrets)


def test_a_leaked_key_goes_at_once(keys: Path, security_info: CommandLine) -> None:
    (leaked,) = ids(keys, "verdict")

    assert security_info("keys", "rotate", "keys", "--purpose", "verdict", "--at-once").code == 0
    assert security_info("keys", "retire", "keys", "--purpose", "verdict").code == 1
    assert security_info("keys", "retire", "keys", "--purpose", "verdict", "--although-needed").code == 0

    assert leaked not in ids(keys, "verdict")


def test_the_vapid_key_is_replaced_with_its_public_half(keys: Path, security_info: CommandLine) -> None:
    before = contents(keys)["enrollment"]["vapidPublicKey"]

    refused = security_info("keys", "rotate", "keys", "--purpose", "vapid")
    done = security_info("keys", "rotate", "keys", "--purpose", "vapid", "--at-once")

    assert (refused.code, done.code) == (1, 0)
    assert "subscription" in one_line(refused.stderr)
    assert contents(keys)["enrollment"]["vapidPublicKey"] != before
    assert "notifier and enrollment" in done.stdout


def test_a_step_that_breaks_off_leaves_files_that_load_and_can_be_finished(
    keys: Path, security_info: CommandLine
) -> None:
    in_the_way = keys / "verifier.new"
    in_the_way.mkdir()

    broken = security_info("keys", "rotate", "keys", "--purpose", "secret")
    again = security_info("keys", "rotate", "keys", "--purpose", "secret")

    assert (broken.code, again.code) == (1, 1)
    assert "verifier.new" in one_line(broken.stderr)
    assert "keys add" in one_line(again.stderr)
    in_the_way.rmdir()
    assert "secret" in contents(keys)["enrollment"]
    assert security_info("keys", "add", "keys").code == 0
    assert len(ids(keys, "secret")) == 2


def test_an_absent_file_is_named(keys: Path, security_info: CommandLine) -> None:
    (keys / "verifier.json").unlink()
    done = security_info("keys", "rotate", "keys", "--purpose", "signing")
    assert done.code == 1
    assert "verifier.json" in one_line(done.stderr)
