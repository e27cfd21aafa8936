"""The notifier on the real broker and database, with a provider that speaks Twilio's protocol and is well."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.notifier import Bench, shows
from tests.support.services.shared_notifier import newcomer, one_notifier
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    kafka_url: str, notifier_server: LocalDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bench]:
    async with one_notifier(kafka_url, notifier_server.url, tmp_path_factory.mktemp("notifier")) as made:
        yield made


@pytest.fixture
def bench(shared: Bench) -> Bench:
    """Somebody whom the notifier does not know."""
    return newcomer(shared)


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


async def test_a_hundred_requests_are_each_sent_once(bench: Bench) -> None:
    people = [Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment) for _ in range(100)]
    for index, person in enumerate(people):
        person.number, person.heard = f"+4477009{index:05}", bench.heard
    await asyncio.gather(*(person.ask() for person in people))
    users = {person.user for person in people}
    await until(lambda: users <= {one.subject for one in bench.heard if isinstance(one.event, CodeSent)})
    assert len(bench.texts) == 100
