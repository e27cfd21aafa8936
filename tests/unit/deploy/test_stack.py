"""What the parts of the stack are told, without starting any."""

from pathlib import Path

import pytest

from deploy.local.errors import AlreadyUpError
from deploy.local.process import end_orphan, start_time
from deploy.local.stack import PARTS, SERVICES, LocalStack, Ports

MOVED = Ports(enrollment=21000, notifier=21030, kafka=21092, mongodb=21017)


def test_every_part_learns_where_the_others_are(tmp_path: Path) -> None:
    environment = LocalStack(tmp_path, MOVED).environment("handset")

    assert environment["SECURITY_INFO_KAFKA_URL"] == "127.0.0.1:21092"
    assert environment["SECURITY_INFO_MONGODB_URL"] == "mongodb://127.0.0.1:21017"
    assert environment["SECURITY_INFO_PUBLIC_URL"] == "http://localhost:21000"
    assert environment["SECURITY_INFO_CALLBACK_URL"] == "http://127.0.0.1:21030"
    assert environment["SECURITY_INFO_ENROLLMENT_PORT"] == "21000"
    assert environment["SECURITY_INFO_ENVIRONMENT"] == "demo"


def test_each_service_has_a_keyring_of_its_own_and_the_world_has_none(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, Ports())

    keyrings = {part: stack.environment(part).get("SECURITY_INFO_KEYRING") for part in PARTS}

    assert {part for part, keyring in keyrings.items() if keyring} == set(SERVICES)
    assert keyrings["verifier"] == str(tmp_path / "keys" / "verifier.json")
    assert len({keyrings[service] for service in SERVICES}) == 3


def test_given_servers_are_used_and_not_started(tmp_path: Path) -> None:
    given = {"SECURITY_INFO_KAFKA_URL": "kafka.example:9092", "SECURITY_INFO_MONGODB_URL": "mongodb://db.example"}
    stack = LocalStack(tmp_path, Ports(), environment=given)

    assert stack.managed == tuple(part for part in PARTS if part not in ("kafka", "mongodb"))
    assert stack.environment("verifier")["SECURITY_INFO_KAFKA_URL"] == "kafka.example:9092"
    assert stack.environment("verifier")["SECURITY_INFO_MONGODB_URL"] == "mongodb://db.example"


def test_given_settings_reach_every_part_but_ports_stay_those_of_the_stack(tmp_path: Path) -> None:
    given = {"SECURITY_INFO_CLOCK_OFFSET": "3600", "SECURITY_INFO_KAFKA_PORT": "1"}
    environment = LocalStack(tmp_path, MOVED, environment=given).environment("northbridge")

    assert environment["SECURITY_INFO_CLOCK_OFFSET"] == "3600"
    assert environment["SECURITY_INFO_KAFKA_PORT"] == "21092"


def test_the_surroundings_leak_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURITY_INFO_PUBLIC_URL", "https://elsewhere.example")

    assert (
        LocalStack(tmp_path, Ports()).environment("enrollment")["SECURITY_INFO_PUBLIC_URL"] == "http://localhost:8000"
    )


def test_two_launchers_never_share_a_home(tmp_path: Path) -> None:
    with LocalStack(tmp_path, Ports()) as first:
        first.claim()
        with pytest.raises(AlreadyUpError, match=r"up already .*http://127\.0\.0\.1:8010"):
            LocalStack(tmp_path, Ports()).claim()

    with LocalStack(tmp_path, Ports()) as second:
        second.claim()


def test_a_process_that_only_has_the_same_id_is_left_alone(tmp_path: Path) -> None:
    record = tmp_path / "kafka.pid"
    record.write_text("1 0", "utf-8")

    assert end_orphan(record) is None
    assert start_time(1) != "unknown"
    assert not record.exists()


@pytest.mark.parametrize("content", ["", "nonsense", "1 2 3"])
def test_a_broken_record_of_a_process_is_no_orphan(tmp_path: Path, content: str) -> None:
    record = tmp_path / "kafka.pid"
    record.write_text(content, "utf-8")

    assert end_orphan(record) is None
