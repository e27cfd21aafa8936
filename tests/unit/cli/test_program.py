"""The command line as a person meets it: what it prints, where, and with which exit code."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from joserfc import jwt
from joserfc.jwk import ECKey

from services.cli.demo_token import token_claims
from services.cli.failures import CommandFailedError, describe
from services.kit.crypto.keyring import PURPOSES, Keyring, ServiceName
from tests.support.people.command_line import CommandLine, one_line

COMMANDS = (
    ("serve",),
    ("serve", "enrollment"),
    ("serve", "verifier"),
    ("serve", "notifier"),
    ("keys", "new"),
    ("keys", "add"),
    ("keys", "list"),
    ("keys", "rotate"),
    ("keys", "reseal"),
    ("keys", "retire"),
    ("events", "tail"),
    ("events", "user"),
    ("topics", "ensure"),
    ("dead-letters", "list"),
    ("dead-letters", "show"),
    ("dead-letters", "replay"),
    ("policy", "check"),
    ("policy", "apply"),
    ("authenticator", "activate"),
    ("authenticator", "watch"),
    ("authenticator", "code"),
    ("demo-token",),
)


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "services.cli", "--help"]

    done = subprocess.run(program, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert [name for name in {command[0] for command in COMMANDS} if name not in done.stdout] == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...], security_info: CommandLine) -> None:
    done = security_info(*command, "--help")

    assert done.code == 0
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("demo-token",),
        ("authenticator", "activate"),
        ("authenticator", "watch"),
        ("authenticator", "watch", "--approve"),
        ("authenticator", "watch", "--deny", "--number", "42"),
        ("authenticator", "watch", "--approve", "--number", "42", "--deny"),
        ("keys", "new"),
        ("keys", "add"),
        ("keys", "list"),
        ("keys", "rotate", "keys"),
        ("keys", "rotate", "keys", "--purpose", "nonsense"),
        ("keys", "rotate", "keys", "--purpose", "signing", "--hours", "-1"),
        ("keys", "reseal", "keys", "--purpose", "nonsense"),
        ("keys", "retire", "keys"),
        ("dead-letters", "show"),
        ("dead-letters", "replay"),
        ("policy", "check"),
        ("policy", "check", "absent.yaml"),
        ("policy", "apply", "absent.yaml", "--token", "x"),
        ("events", "user"),
        ("events", "tail", "--topic", "nonsense"),
        ("events", "tail", "--type", "nonsense"),
        ("topics", "ensure", "--replication", "0"),
        ("serve", "notifier"),
        ("serve", "notifier", "--channel", "pigeon"),
        ("serve", "notifier", "--channel", "local"),
        ("serve", "verifier", "--port", "70000"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], security_info: CommandLine) -> None:
    done = security_info(*arguments)

    assert done.code == 2
    assert "Traceback" not in done.stderr


def test_new_keys_are_for_their_owner_alone(security_info: CommandLine, tmp_path: Path) -> None:
    done = security_info("keys", "new", "keys")

    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert done.code == 0
    assert files == {"enrollment.json": 0o600, "notifier.json": 0o600, "verifier.json": 0o600}


def test_keys_for_the_demo_say_so(security_info: CommandLine, tmp_path: Path) -> None:
    assert security_info("keys", "new", "keys", "--demo").code == 0
    key = Keyring.load(tmp_path / "keys" / "verifier.json", "verifier", demo=True).current("code")
    assert key.id.startswith("demo-")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository where commands run."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S607 - whichever git there is
    return tmp_path


def test_keys_do_not_go_to_where_git_would_commit_them(security_info: CommandLine, repository: Path) -> None:
    refused = security_info("keys", "new", "deploy/keys")
    assert refused.code == 1
    assert "lies in the git repository" in one_line(refused.stderr)
    assert not (repository / "deploy").exists()
    (repository / ".gitignore").write_text("/deploy/keys/\n")
    assert security_info("keys", "new", "deploy/keys").code == 0


@pytest.mark.parametrize("folder", [".", "deploy", "deploy/keys", "mine"])
def test_this_repository_ignores_keys_wherever_they_are(
    security_info: CommandLine, repository: Path, folder: str
) -> None:
    (repository / ".gitignore").write_text((Path(__file__).parents[3] / ".gitignore").read_text())
    assert security_info("keys", "new", folder).code == 0


def test_keys_are_never_overwritten(security_info: CommandLine, tmp_path: Path) -> None:
    security_info("keys", "new", "keys")
    (tmp_path / "keys" / "enrollment.json").unlink()
    before = (tmp_path / "keys" / "notifier.json").read_text()

    done = security_info("keys", "new", "keys")

    assert done.code == 1
    assert "exists already" in one_line(done.stderr)
    assert (tmp_path / "keys" / "notifier.json").read_text() == before
    assert not (tmp_path / "keys" / "enrollment.json").exists()


def test_keys_of_a_newer_version_are_added_and_the_others_stay(security_info: CommandLine, tmp_path: Path) -> None:
    security_info("keys", "new", "keys")
    files = {service: tmp_path / "keys" / f"{service}.json" for service in PURPOSES}
    holders: tuple[ServiceName, ...] = ("enrollment", "verifier")
    whole = {name: json.loads(path.read_text()) for name, path in files.items()}
    for name in holders:
        files[name].write_text(json.dumps({key: value for key, value in whole[name].items() if key != "verdict"}))

    done = security_info("keys", "add", "keys")

    added = {name: json.loads(path.read_text()) for name, path in files.items()}
    assert done.code == 0
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
        "added verdict",
        "complete",
        "added verdict",
    ]
    assert added["enrollment"]["verdict"] == added["verifier"]["verdict"] != whole["verifier"]["verdict"]
    for service, path in files.items():
        assert {**added[service], "verdict": 0} == {**whole[service], "verdict": 0}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        Keyring.load(path, service)


def test_adding_keys_finishes_what_was_interrupted(security_info: CommandLine, tmp_path: Path) -> None:
    security_info("keys", "new", "keys")
    verifier = tmp_path / "keys" / "verifier.json"
    before = verifier.read_text()
    verifier.write_text(json.dumps({key: value for key, value in json.loads(before).items() if key != "verdict"}))

    assert security_info("keys", "add", "keys").code == 0

    assert json.loads(verifier.read_text()) == json.loads(before)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_adding_keys_to_what_is_no_keyring_fails_in_one_line(
    content: str | None, security_info: CommandLine, tmp_path: Path
) -> None:
    security_info("keys", "new", "keys")
    file = tmp_path / "keys" / "notifier.json"
    file.write_text(content) if content else file.unlink()

    done = security_info("keys", "add", "keys")

    assert done.code == 1
    assert "notifier.json" in one_line(done.stderr)


@pytest.fixture
def demo(tmp_path: Path) -> ECKey:
    """The northbridge client's key, where `demo-token` looks for it."""
    clients = tmp_path / ".local" / "demo" / "clients"
    clients.mkdir(parents=True)
    key = ECKey.generate_key("P-256", {"kid": "northbridge-1"}, private=True)
    (clients / "northbridge.json").write_text(json.dumps(key.as_dict(private=True)))
    return key


def test_a_demo_token_is_signed_by_the_client(demo: ECKey, security_info: CommandLine) -> None:
    done = security_info("demo-token", "--scope", "interrupts challenges")

    token = jwt.decode(done.stdout.strip(), demo, algorithms=["ES256"])
    assert token.header["kid"] == "northbridge-1"
    assert token.claims | {"iat": 0, "exp": 0, "jti": ""} == {
        "iss": "northbridge",
        "aud": "http://localhost:8000",
        "tid": "northbridge",
        "scope": "interrupts challenges",
        "iat": 0,
        "exp": 0,
        "jti": "",
    }


def test_a_demo_token_follows_the_demos_clock(demo: ECKey, security_info: CommandLine) -> None:
    def issued(**settings: str) -> int:
        done = security_info("demo-token", "--scope", "admin", **settings)
        return int(jwt.decode(done.stdout.strip(), demo, algorithms=["ES256"]).claims["iat"])

    ahead = issued(CLOCK_OFFSET="7200") - issued()

    assert 7190 <= ahead <= 7210


def test_a_token_lives_five_minutes() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    claims: dict[str, Any] = token_claims("southgate", "a  b", audience="x", now=now, token_id="t1")

    assert claims["exp"] - claims["iat"] == 300
    assert (claims["iss"], claims["tid"], claims["scope"], claims["jti"]) == ("southgate", "southgate", "a b", "t1")


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("demo-token", "--scope", "x"), {"DEMO_HOME": "/nowhere"}, "holds no client keys"),
        (("demo-token", "--scope", "x", "--tenant", "../x"), {}, "no demo client for tenant"),
        (("demo-token", "--scope", "x"), {"CLOCK_OFSET": "1"}, "SECURITY_INFO_CLOCK_OFSET"),
        (("demo-token", "--scope", "x"), {"CLOCK_OFFSET": "soon"}, "SECURITY_INFO_CLOCK_OFFSET"),
        (("keys", "new", "/proc/nowhere"), {}, "cannot write"),
    ],
)
def test_a_failure_is_one_line_on_stderr(
    arguments: tuple[str, ...], settings: dict[str, str], words: str, demo: ECKey, security_info: CommandLine
) -> None:
    done = security_info(*arguments, **settings)

    assert done.code == 1
    assert done.stdout == ""
    assert words in one_line(done.stderr)


def test_an_unexpected_error_does_not_show_its_text() -> None:
    assert "hunter2" not in describe(ValueError("password hunter2"))
    assert describe(CommandFailedError("say\nthis")) == "say this"


def test_an_error_that_quotes_a_record_cannot_steer_the_terminal() -> None:
    assert describe(CommandFailedError("\x1b[2Jgone is no topic")) == "�[2Jgone is no topic"


def test_a_missing_extra_is_named() -> None:
    assert describe(ModuleNotFoundError(name="phonenumbers")).startswith("phonenumbers is not installed")


def test_a_broker_that_is_down_is_said_so() -> None:
    assert "SECURITY_INFO_KAFKA_URL" in describe(KafkaConnectionError())
