"""Two providers, of which one is sick, on the real broker and database: who waits, how long, and who learns of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from schemas.notification import CodeSent, DeliveryFailed
from services.kit.settings import ServiceSettings
from services.notifier.pool import POOL_SIZE
from tests.support.servers.process import free_port
from tests.support.services.notifier import Bench, benched, notifying
from tests.support.services.providers import Mode
from tests.support.waiting import until

NAMES = ("twilio-a", "twilio-b")


@pytest.fixture
async def quiet(settings: ServiceSettings, notifier_database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """Two providers and no notifier."""
    async with benched(settings, notifier_database, tmp_path, names=NAMES) as made:
        yield made


@pytest.fixture
async def bench(quiet: Bench) -> AsyncIterator[Bench]:
    """Two providers and a notifier."""
    async with notifying(quiet):
        yield quiet


def person(bench: Bench) -> Bench:
    """Somebody else at the same bench."""
    return Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment, heard=bench.heard)


async def sent(asking: Bench) -> CodeSent:
    """Ask for a text, and wait for it."""
    await asking.ask()
    event = await asking.told(CodeSent)
    assert isinstance(event, CodeSent)
    return event


@pytest.mark.parametrize("mode", ["error", "throttle", "hang"])
async def test_the_second_provider_carries_it_and_soon_all_others(bench: Bench, mode: Mode) -> None:
    bench.a.mode, bench.a.retry_after = mode, "600"
    first = await asyncio.gather(*(sent(person(bench)) for _ in range(3)))
    assert {(one.provider, one.repeated) for one in first} == {("twilio-b", mode == "hang")}
    tried = bench.a.calls
    later = await asyncio.gather(*(sent(person(bench)) for _ in range(10)))
    assert {(one.provider, one.repeated) for one in later} == {("twilio-b", False)}
    assert bench.a.calls == tried
    assert len(bench.texts) == 13


async def test_a_text_that_a_silent_provider_has_taken_is_not_sent_by_another(bench: Bench) -> None:
    bench.a.mode = "slow"
    event = await sent(bench)
    assert (event.provider, event.repeated, len(bench.texts)) == ("twilio-a", False, 1)


async def test_a_provider_that_hangs_keeps_only_those_waiting_whose_calls_are_out(bench: Bench) -> None:
    """Those who had to wait for the time-out have a repeated message; most others had theirs before any of these."""
    bench.a.mode = "hang"
    told = sorted(await asyncio.gather(*(sent(person(bench)) for _ in range(40))), key=lambda one: one.sent_at)
    assert len(bench.b.messages) == 40
    waited = [number for number, one in enumerate(told) if one.repeated]
    assert 1 <= len(waited) <= POOL_SIZE
    assert waited[0] >= (40 - POOL_SIZE) / 2


async def test_one_message_finds_out_that_a_provider_works_again(bench: Bench) -> None:
    bench.a.mode = "error"
    for _ in range(3):
        await sent(person(bench))
    bench.a.mode = "ok"
    assert (await sent(person(bench))).provider == "twilio-b"

    async def first_again() -> bool:
        await asyncio.sleep(0.3)  # each look is a text
        return (await sent(person(bench))).provider == "twilio-a"

    await until(first_again, within=15)


async def test_replicas_share_what_they_know_and_one_of_them_finds_out(quiet: Bench) -> None:
    port = free_port()
    other = Bench(
        quiet.settings.model_copy(update={"notifier_port": port}), quiet.keys, quiet.a, quiet.b, quiet.enrollment
    )
    quiet.a.mode = "error"
    async with notifying(quiet):
        for _ in range(3):
            await sent(person(quiet))
    tried = quiet.a.calls
    async with notifying(other), notifying(quiet):
        later = await asyncio.gather(*(sent(person(quiet)) for _ in range(6)))
    assert {one.provider for one in later} == {"twilio-b"}
    assert quiet.a.calls <= tried + 1


async def test_with_both_down_people_are_told_while_they_wait(bench: Bench) -> None:
    bench.a.mode = bench.b.mode = "error"
    await bench.ask(life=timedelta(seconds=3))
    failed = await bench.told(DeliveryFailed, within=6)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("providerUnavailable", False)


async def test_a_country_has_an_order_of_its_own(quiet: Bench, tmp_path: Path) -> None:
    config = yaml.safe_load(quiet.settings.config.read_text())
    rule = {"channel": "sms", "countries": ["DE"], "providers": ["twilio-b", "twilio-a"]}
    quiet.settings.config.write_text(yaml.safe_dump(config | {"routes": [rule]}))
    german = person(quiet)
    german.number = "+4915112345678"
    async with notifying(quiet):
        assert [(await sent(one)).provider for one in (german, person(quiet))] == ["twilio-b", "twilio-a"]
