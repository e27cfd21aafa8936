"""How many messages a number gets, on the real broker and database. Each waits ten seconds: all side by side."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from pymongo import MongoClient

from schemas.notification import CodeSent, SendRefused
from services.kit.ids import new_id
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.notifier import LIFE, Bench
from tests.support.services.shared_notifier import newcomer, one_notifier
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def texts_to(bench: Bench) -> list[dict[str, str]]:
    """Newest first."""
    return [text for text in bench.texts if text["to"] == bench.number]


def between_sends(bench: Bench) -> list[timedelta]:
    """How long a number was left alone between one message and the next."""
    sent = [event.sent_at for event in bench.events() if isinstance(event, CodeSent)]
    return [later - earlier for earlier, later in pairwise(sent)]


async def a_further_message_to_a_number_waits_until_ten_seconds_are_over(bench: Bench) -> None:
    for _ in range(2):
        await bench.ask()
    await until(lambda: len(texts_to(bench)) == 2)
    await until(lambda: len(bench.events()) == 2)
    assert [type(event) for event in bench.events()] == [CodeSent, CodeSent]
    (waited,) = between_sends(bench)
    assert timedelta(seconds=9.5) <= waited < timedelta(seconds=14)
    assert len(texts_to(bench)) == 2


async def a_code_that_dies_before_its_turn_is_refused(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    await bench.ask(life=timedelta(seconds=5))
    refused = await bench.told(SendRefused)
    assert isinstance(refused, SendRefused)
    assert refused.reason == "resendTooSoon"
    assert 1 <= (refused.retry_after or 0) <= 10
    assert len(texts_to(bench)) == 1


async def a_notice_has_a_share_of_its_own_beside_the_codes_of_its_number(bench: Bench) -> None:
    """It goes out at once after a code, and a code after it; only a second notice waits."""
    link = "http://localhost:8000/security-info/not-me?token=0123456789abcdefghijkl"
    await bench.ask()
    await bench.told(CodeSent)
    await bench.say(bench.notice(link, channel="sms"), bench.notice(link, channel="sms"))
    await until(lambda: len(texts_to(bench)) == 3, 30)
    notices = [text["body"] for text in texts_to(bench) if "#" not in text["body"]]
    assert notices == [f"Northbridge: phone added to your account. Not you? {link}"] * 2
    await until(lambda: len(between_sends(bench)) == 2)
    first, second = between_sends(bench)
    assert (first < timedelta(seconds=9), second >= timedelta(seconds=9.5)) == (True, True)


async def an_attempt_that_broke_off_before_the_limit_does_not_get_past_it(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    await asyncio.to_thread(leave_behind, bench)
    await until(lambda: len(between_sends(bench)) == 1)
    assert between_sends(bench)[0] >= timedelta(seconds=9.5)


def leave_behind(bench: Bench) -> None:
    """A second send of the same challenge, whose outcome nobody knows."""
    now = datetime.now(UTC)
    with MongoClient[dict[str, Any]](bench.settings.mongodb_url.get_secret_value()) as client:
        deliveries = client["notifier"]["deliveries"]
        first = deliveries.find_one({"state.user": bench.user})
        assert first is not None
        left = {"id": new_id(), "send": 2, "status": "queued", "nextAttemptAt": now, "firstClaimedAt": now + LIFE}
        left["uncertain"] = first["state"]["provider"]
        ended = {"endedAt": None, "messageId": None}
        key = first["_id"].removesuffix("1") + "2"
        deliveries.insert_one({"_id": key, "version": 1, "state": {**first["state"], **left, **ended}, "inbox": []})


WALKS = (
    a_further_message_to_a_number_waits_until_ten_seconds_are_over,
    a_code_that_dies_before_its_turn_is_refused,
    a_notice_has_a_share_of_its_own_beside_the_codes_of_its_number,
    an_attempt_that_broke_off_before_the_limit_does_not_get_past_it,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def under_way(
    kafka_url: str, notifier_server: LocalDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """All of them, about a person each."""
    async with one_notifier(kafka_url, notifier_server.url, tmp_path_factory.mktemp("notifier")) as shared:
        yield {walk.__name__: asyncio.create_task(walk(newcomer(shared))) for walk in WALKS}


@pytest.mark.parametrize("walk", [walk.__name__ for walk in WALKS])
async def test_the_limit_of_a_number(under_way: dict[str, asyncio.Task[None]], walk: str) -> None:
    await under_way[walk]
