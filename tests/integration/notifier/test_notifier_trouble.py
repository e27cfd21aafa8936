"""The notifier on the real broker and database, while a provider fails, is slow or says nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed
from services.kit.settings import ServiceSettings
from tests.support.services.notifier import Bench, benched, notifying
from tests.support.waiting import until


@pytest.fixture
async def pair(settings: ServiceSettings, notifier_database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """Two providers, and a notifier that is ready."""
    async with benched(settings, notifier_database, tmp_path, names=("twilio-a", "twilio-b")) as made, notifying(made):
        yield made


async def test_a_rejected_number_is_permanent_and_no_other_provider_is_tried(pair: Bench) -> None:
    pair.a.mode = "reject"
    await pair.ask()
    failed = await pair.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent, pair.b.calls) == ("destinationRejected", True, 0)


async def test_the_next_provider_takes_over_at_once(pair: Bench) -> None:
    pair.a.mode = "error"
    await pair.ask()
    sent = await pair.told(CodeSent)
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
    failed = await bench.told(DeliveryFailed, within=10)
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
    await bench.told(DeliveryConfirmed)
    await until(lambda: "delivered" in bench.statuses())
    assert [type(event) for event in bench.events()] == [CodeSent, DeliveryConfirmed]


async def test_a_cancelled_challenge_is_not_tried_again(bench: Bench) -> None:
    bench.a.mode = "error"
    of = await bench.ask()
    await until(lambda: bench.a.calls >= 2)
    await bench.say(bench.cancellation(of))
    await until(lambda: bench.statuses() == ["cancelled"])
    assert not bench.texts
