"""The notifier after it was killed, and without Kafka, its database or a sound configuration."""

import asyncio
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from pymongo import MongoClient

from schemas.notification import CodeSent
from services.kit.config.file import ConfigError
from services.kit.crypto.key_source import KeyringError
from services.kit.settings import ServiceSettings
from services.notifier.app import build
from services.notifier.settings import NotifierSettings
from tests.support.servers.kafka import LocalKafka, with_topics
from tests.support.servers.membership import dismissed
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.process import free_port
from tests.support.services.notifier import (
    benched,
    is_ready,
    launched,
    notifying,
    shows,
    started,
    write_files,
)
from tests.support.services.providers import TwilioServer
from tests.support.serving import serving
from tests.support.waiting import until


async def test_after_a_kill_a_text_that_was_taken_is_not_sent_again_and_one_that_was_not_is_sent_once_more(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    """Killed between claim and answer of both. One kill for the two: the leases of both run out side by side."""
    async with benched(settings, notifier_database, tmp_path) as bench:
        taken = replace(bench, user=f"{bench.user}-taken", number="+447700900100")
        bench.number = "+447700900101"
        bench.a.mode, bench.a.delay = "slow", 60.0
        first = await started(bench.settings)
        await taken.ask()
        await until(lambda: bool(bench.texts))
        bench.a.mode = "hang"
        of = await bench.ask()
        await until(lambda: bench.a.calls == 2)
        first.send_signal(signal.SIGKILL)
        killed, _ = await first.communicate()
        await dismissed(bench.settings.kafka_url, bench.settings.topic_prefix, "notifier")
        bench.a.mode = "ok"
        second = await started(bench.settings)
        of_taken, of_other = await taken.told(CodeSent, within=40), await bench.told(CodeSent, within=40)
        second.send_signal(signal.SIGTERM)
        output, _ = await second.communicate()
        assert isinstance(of_taken, CodeSent)
        assert isinstance(of_other, CodeSent)
        assert (of_taken.repeated, of_other.repeated) == (False, True)
        assert [text["to"] for text in bench.texts] == [bench.number, taken.number]
        assert bench.code(of) in bench.texts[0]["body"]
        assert second.returncode == 0
        assert bench.number.encode() not in killed + output
        assert not shows(bench.code(of), (killed + output).decode())


@pytest.mark.timeout(300)
async def test_it_starts_without_kafka_delivers_once_it_is_back_and_loses_no_event_when_it_goes(
    own_kafka: LocalKafka, notifier_database: str, mongodb_url: str, tmp_path: Path
) -> None:
    """One outage for a notifier that runs and one that starts, which has a database of its own, so that it cannot tell
    what the other one has sent."""
    with MongoClient[dict[str, object]](mongodb_url) as client:
        client.drop_database("notifier")
    async with (
        benched(await with_topics(own_kafka.url), notifier_database, tmp_path) as bench,
        AsyncExitStack() as left,
    ):
        other = {"mongodb_url": SecretStr(mongodb_url), "notifier_port": free_port()}
        coming = bench.settings.model_copy(update=other)
        async with notifying(bench):
            bench.a.mode = "error"
            await bench.ask()
            await until(lambda: bench.a.calls >= 1)
            await asyncio.to_thread(own_kafka.stop)
            try:
                bench.a.mode = "ok"
                await until(lambda: bench.statuses() == ["sent"])
                port = await left.enter_async_context(serving(build(coming, ["sms"]), coming.notifier_port))
                url = f"http://127.0.0.1:{port}"
                assert not await is_ready(url)
                assert not bench.events()
            finally:
                await asyncio.to_thread(own_kafka.start)
            await bench.told(CodeSent, within=90)
            assert len(bench.texts) == 1
        await until(lambda: is_ready(url), within=90)
        await until(bench.enrollment.ready, within=30)
        later = replace(bench, user=f"{bench.user}-later")
        await later.ask()
        await later.told(CodeSent)
        assert len(bench.texts) == 2


async def test_it_starts_without_a_database_and_loses_nothing(
    settings: ServiceSettings, absent_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    async with (
        benched(settings, absent_mongodb.url, tmp_path) as bench,
        serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port,
    ):
        url = f"http://127.0.0.1:{port}"
        assert not await is_ready(url)
        await bench.ask()
        await asyncio.to_thread(absent_mongodb.start)
        await until(lambda: is_ready(url))
        await bench.told(CodeSent)
        assert len(bench.texts) == 1


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("CONFIG", "/nowhere.yaml", "SECURITY_INFO_CONFIG"),
        ("CONFIG", "no-providers.yaml", "providers.sms is empty"),
        ("KEYRING", "/nowhere.json", "SECURITY_INFO_KEYRING"),
    ],
)
def test_a_mistake_is_told_in_one_line(variable: str, value: str, says: str, tmp_path: Path) -> None:
    given = str(tmp_path / value) if value.startswith("no-") else value
    settings = configured(tmp_path).model_copy(update={variable.lower(): Path(given)})
    with pytest.raises((ConfigError, KeyringError)) as refused:
        build(settings, ["sms"])
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_mistake_ends_the_start_with_one_line(tmp_path: Path) -> None:
    process = await launched(configured(tmp_path), {"SECURITY_INFO_CLOCK_OFSET": "1"})
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.count(b"\n") == 1
    assert b"SECURITY_INFO_CLOCK_OFSET" in errors


def configured(home: Path) -> NotifierSettings:
    """Settings that are right, beside a configuration without providers."""
    files = write_files(home, {"twilio-a": TwilioServer(port=1)})
    content = yaml.safe_load(files["config"].read_text())
    (home / "no-providers.yaml").write_text(yaml.safe_dump(content | {"providers": {}}))
    return NotifierSettings.model_validate({"environment": "demo", **files})
