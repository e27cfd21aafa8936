"""How the local servers are configured, chosen and installed."""

from pathlib import Path

import pytest

from deploy.local.commands.install import java_version, refuse_missing_java
from deploy.local.commands.requirements import refuse_missing_browser
from deploy.local.errors import StackError
from deploy.local.servers.database import DatabaseProgram, find_database
from deploy.local.servers.kafka import new_cluster_id, server_properties
from deploy.local.supervisor import Deaths


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return path


def test_the_broker_listens_on_loopback_and_creates_no_topic_by_itself() -> None:
    lines = server_properties(21092, 21093, Path("/data")).splitlines()

    assert "listeners=BROKER://127.0.0.1:21092,CONTROLLER://127.0.0.1:21093" in lines
    assert "auto.create.topics.enable=false" in lines
    assert "log.dirs=/data" in lines


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    ids = [new_cluster_id() for _ in range(500)]

    assert all(len(text) == 22 and not text.startswith("-") for text in ids)


def test_the_real_database_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mongod", "secantusd-rs"):
        program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_database() == DatabaseProgram("mongod", tmp_path / "mongod")


def test_then_the_fast_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "secantusd-rs")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_database().path == tmp_path / "secantusd-rs"


@pytest.mark.parametrize("name", ["secantusd-rs", "secantusd-py"])
def test_the_stand_ins_sync_each_commit(name: str) -> None:
    command = DatabaseProgram(name, Path("/bin") / name).command(21017, Path("/data"))

    assert "--sync-on-commit" in command
    assert command[command.index("--host") + 1] == "127.0.0.1"


def test_missing_java_and_maven_are_one_line_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackError) as refused:
        refuse_missing_java(("java", "mvn"))

    assert str(refused.value) == (
        "java and mvn missing, needed for the local Kafka: apt-get install openjdk-17-jre-headless maven, "
        "or set SECURITY_INFO_KAFKA_URL to a Kafka of yours"
    )


def test_a_missing_browser_is_one_line_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackError, match="apt-get install chromium"):
        refuse_missing_browser()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("nonsense", None),
    ],
)
def test_java_tells_its_version(text: str, version: int | None) -> None:
    assert java_version(text) == version


def test_a_part_that_dies_now_and_then_is_revived_and_one_that_dies_over_and_over_is_not() -> None:
    deaths = Deaths(most=3, window=60.0)

    assert [deaths.add("notifier", now) for now in (0.0, 61.0, 130.0, 140.0)] == [True, True, True, True]
    assert deaths.add("verifier", 141.0)
    assert not deaths.add("notifier", 150.0)
