"""The notifier on the real broker and database, with providers that speak Twilio's protocol."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed
from services.kit.config.file import ConfigError
from services.kit.crypto.key_source import KeyringError
from services.kit.settings import ServiceSettings
from services.notifier.app import build
from services.notifier.settings import NotifierSettings
from tests.support.servers.kafka import LocalKafka, with_topics
from tests.support.servers.membership import dismissed
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.notifier import (
    Bench,
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


@pytest.fixture
async def pair(settings: ServiceSettings, notifier_database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """Two providers, and a notifier that is ready."""
    async with benched(settings, notifier_database, tmp_path, names=("twilio-a", "twilio-b")) as made, notifying(made):
        yield made


async def test_a_request_becomes_a_text_with_the_code_and_nothing_in_clear(bench: Bench) -> None:
    of = await bench.ask()
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.provider, sent.repeated, sent.challenge_id) == ("twilio-a", False, of.challenge_id)
    assert [text["to"] for text in bench.texts] == [bench.number]
    assert bench.texts[0]["body"].split("\n")[-2:] == ["", f"@localhost #{bench.code(of)}"]
    stored = await asyncio.to_thread(bench.stored)
    assert bench.number not in stored
    assert not shows(bench.code(of), stored)
    assert all(bench.number.encode() not in one.body for one in bench.heard)


async def test_a_redelivered_request_sends_nothing_more(bench: Bench) -> None:
    of = bench.terms()
    request = bench.request(of)
    await bench.say(request, request)
    await bench.told(CodeSent)
    later = bench.terms(number="+447700900001")
    await bench.say(request, bench.request(later))
    await bench.told(DeliveryFailed)
    assert len(bench.texts) == 1


async def test_reports_are_told_and_forged_or_repeated_ones_change_nothing(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    text = bench.texts[0]
    assert await bench.a.report(text, "delivered", token="wrong") == 403
    assert [type(event) for event in bench.events()] == [CodeSent]
    for status in ("delivered", "sent", "delivered", "queued"):
        assert await bench.a.report(text, status) == 204
    await bench.told(DeliveryConfirmed)
    assert [type(event) for event in bench.events()] == [CodeSent, DeliveryConfirmed]
    unknown = {**text, "callback": text["callback"].rpartition("/")[0] + "/nobody"}
    assert await bench.a.report(unknown, "delivered") == 204


async def test_an_undelivered_text_is_told(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    assert await bench.a.report(bench.texts[0], "undelivered", ErrorCode="30006") == 204
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("notDelivered", True)


async def test_a_destination_that_the_code_is_not_for_is_refused(bench: Bench) -> None:
    await bench.say(bench.request(bench.terms(number="+447700900001")))
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent, bench.a.calls) == ("destinationMismatch", True, 0)


async def test_nothing_is_sent_after_the_code_died(bench: Bench) -> None:
    await bench.ask(life=timedelta(seconds=-1))
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, bench.a.calls) == ("expiredBeforeSending", 0)


async def test_a_rejected_number_is_permanent_and_no_other_provider_is_tried(pair: Bench) -> None:
    pair.a.mode = "reject"
    await pair.ask()
    failed = await pair.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent, pair.b.calls) == ("destinationRejected", True, 0)


async def test_the_next_provider_takes_over_at_once(pair: Bench) -> None:
    pair.a.mode = "error"
    await pair.ask()
    sent = await pair.told(CodeSent, within=3)
    assert isinstance(sent, CodeSent)
    assert (sent.provider, sent.repeated, len(pair.texts)) == ("twilio-b", False, 1)


async def test_a_failing_provider_is_tried_again_and_counts_once(bench: Bench) -> None:
    bench.a.mode = "error"
    await bench.ask()
    await until(lambda: bench.a.calls >= 2)
    bench.a.mode = "ok"
    await bench.told(CodeSent)
    assert len(bench.texts) == 1


async def test_a_provider_that_keeps_failing_is_told_while_the_person_waits(bench: Bench) -> None:
    bench.a.mode = "error"
    await bench.ask(life=timedelta(seconds=3))
    failed = await bench.told(DeliveryFailed, within=5)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("providerUnavailable", False)


async def test_a_throttling_provider_is_left_alone_for_so_long(bench: Bench) -> None:
    bench.a.mode, bench.a.retry_after = "throttle", "3"
    await bench.ask()
    await until(lambda: bench.a.calls == 1)
    began = asyncio.get_running_loop().time()
    bench.a.mode = "ok"
    await bench.told(CodeSent)
    assert asyncio.get_running_loop().time() - began >= 2.5
    assert bench.a.calls == 2


async def test_an_answer_that_comes_too_late_sends_nothing_twice(bench: Bench) -> None:
    bench.a.mode, bench.a.delay = "slow", 5.5
    await bench.ask()
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.repeated, len(bench.texts), bench.a.inquiries) == (False, 1, 1)


async def test_a_provider_that_swallows_a_request_gets_it_once_more(bench: Bench) -> None:
    bench.a.mode = "hang"
    await bench.ask()
    await until(lambda: bench.a.calls == 1)
    bench.a.mode = "ok"
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.repeated, len(bench.texts)) == (True, 1)


async def test_a_report_before_the_answer_settles_it(bench: Bench) -> None:
    bench.a.mode, bench.a.delay = "slow", 3.0
    await bench.ask()
    await until(lambda: bool(bench.texts))
    assert await bench.a.report(bench.texts[0], "delivered") == 204
    await bench.told(DeliveryConfirmed, within=2.5)
    await until(lambda: "delivered" in bench.statuses())
    assert [type(event) for event in bench.events()] == [CodeSent, DeliveryConfirmed]


async def test_a_cancelled_challenge_is_not_tried_again(bench: Bench) -> None:
    bench.a.mode = "error"
    of = await bench.ask()
    await until(lambda: bench.a.calls >= 2)
    await bench.say(bench.cancellation(of))
    await until(lambda: bench.statuses() == ["cancelled"])
    assert not bench.texts


async def test_a_hundred_requests_are_each_sent_once(bench: Bench) -> None:
    people = [Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment) for _ in range(100)]
    for index, person in enumerate(people):
        person.number, person.heard = f"+4477009{index:05}", bench.heard
    await asyncio.gather(*(person.ask() for person in people))
    await until(lambda: len({one.subject for one in bench.heard if isinstance(one.event, CodeSent)}) == 100)
    assert len(bench.texts) == 100


async def test_kill_between_claim_and_answer_leads_to_one_text(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench:
        bench.a.mode = "hang"
        first = await started(bench.settings)
        of = await bench.ask()
        await until(lambda: bench.a.calls == 1)
        first.send_signal(signal.SIGKILL)
        killed, _ = await first.communicate()
        await dismissed(bench.settings.kafka_url, bench.settings.topic_prefix, "notifier")
        bench.a.mode = "ok"
        second = await started(bench.settings)
        sent = await bench.told(CodeSent, within=40)
        second.send_signal(signal.SIGTERM)
        output, _ = await second.communicate()
        assert isinstance(sent, CodeSent)
        assert sent.repeated
        assert [bench.code(of) in text["body"] for text in bench.texts] == [True]
        assert second.returncode == 0
        assert bench.number.encode() not in killed + output
        assert not shows(bench.code(of), (killed + output).decode())


async def test_a_text_that_was_taken_before_the_kill_is_not_sent_again(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench:
        bench.a.mode, bench.a.delay = "slow", 4.0
        first = await started(bench.settings)
        await bench.ask()
        await until(lambda: bool(bench.texts))
        first.send_signal(signal.SIGKILL)
        await first.communicate()
        await dismissed(bench.settings.kafka_url, bench.settings.topic_prefix, "notifier")
        async with notifying(bench):
            sent = await bench.told(CodeSent, within=40)
        assert isinstance(sent, CodeSent)
        assert (sent.repeated, len(bench.texts)) == (False, 1)


@pytest.mark.timeout(300)
async def test_it_starts_without_kafka_delivers_once_it_is_back_and_loses_no_event_when_it_goes_again(
    own_kafka: LocalKafka, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(await with_topics(own_kafka.url), notifier_database, tmp_path) as bench:
        await asyncio.to_thread(own_kafka.stop)
        try:
            async with serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port:
                url = f"http://127.0.0.1:{port}"
                assert not await is_ready(url)
                await asyncio.to_thread(own_kafka.start)
                await until(lambda: is_ready(url), within=90)
                await until(bench.enrollment.ready, within=30)
                bench.a.mode = "error"
                await bench.ask()
                await until(lambda: bench.a.calls >= 1)
                await asyncio.to_thread(own_kafka.stop)
                bench.a.mode = "ok"
                await until(lambda: bench.statuses() == ["sent"])
                assert not bench.events()
                await asyncio.to_thread(own_kafka.start)
                await bench.told(CodeSent, within=90)
                assert len(bench.texts) == 1
        finally:
            if not await listens_again(own_kafka):
                await asyncio.to_thread(own_kafka.start)


async def listens_again(kafka: LocalKafka) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", kafka.port)
    except OSError:
        return False
    writer.close()
    return True


async def test_it_starts_without_a_database_and_loses_nothing(
    settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    own_mongodb.stop()
    async with (
        benched(settings, own_mongodb.url, tmp_path) as bench,
        serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port,
    ):
        url = f"http://127.0.0.1:{port}"
        assert not await is_ready(url)
        await bench.ask()
        await asyncio.to_thread(own_mongodb.start)
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
