"""What is over is not sent, and what one replica sends no other one sends too: on the real broker and database."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from schemas.notification import CodeSent
from services.kit.settings import ServiceSettings
from services.notifier.app import build
from tests.support.servers.process import free_port
from tests.support.services.notifier import Bench, benched, is_ready, notifying
from tests.support.serving import serving
from tests.support.waiting import until

SKEW = 90
PEOPLE = 8


async def sent_to_somebody_else(bench: Bench) -> None:
    """All that was said before was heard: within a partition, that is; so three people are asked."""
    people = [another(bench) for _ in range(3)]
    for person in people:
        await person.ask()
    for person in people:
        await person.told(CodeSent)


def another(bench: Bench) -> Bench:
    """Another person of the same world."""
    made = Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment)
    made.heard = bench.heard
    return made


def texts_to(person: Bench) -> int:
    return sum(1 for text in person.texts if text["to"] == person.number)


async def test_a_cancellation_that_comes_before_its_request_wins(bench: Bench) -> None:
    of = bench.terms()
    await bench.say(bench.cancellation(of), bench.request(of))
    await sent_to_somebody_else(bench)
    after = await bench.ask()
    await bench.told(CodeSent)
    assert [bench.code(after) in text["body"] for text in bench.texts if text["to"] == bench.number] == [True]


async def test_a_cancellation_by_the_other_channel_stops_what_lags(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench:
        of = bench.terms()
        async with notifying(bench, "voice"):
            await bench.say(bench.cancellation(of), channel="voice")
            await bench.say(bench.request(of, send=2, channel="voice"), channel="voice")
            later = another(bench)
            await later.ask(channel="voice")
            await later.told(CodeSent)
        await bench.say(bench.request(of))
        async with notifying(bench):
            await sent_to_somebody_else(bench)
            after = await bench.ask()
            await bench.told(CodeSent)
        assert [bench.code(after) in text["body"] for text in bench.texts if text["to"] == bench.number] == [True]


@pytest.mark.parametrize("how_many", [1, 20])
async def test_deliveries_that_cannot_be_read_keep_no_other_one_from_being_sent(bench: Bench, how_many: int) -> None:
    await asyncio.to_thread(leave_unreadable, bench, how_many)
    await bench.ask()
    await bench.told(CodeSent)
    await until(lambda: is_alive(bench))


def leave_unreadable(bench: Bench, how_many: int) -> None:
    """What a version to come may have queued: more than one pool looks at, and due for longer than all else."""
    due = {"channel": "sms", "provider": "twilio-a", "nextAttemptAt": datetime(2026, 1, 1, tzinfo=UTC)}
    places = [(status, f"{status}-{number}") for status in ("queued", "sending") for number in range(how_many)]
    left = [
        {"_id": f"later/{place}", "version": 1, "state": {**due, "id": place, "status": status}}
        for status, place in places
    ]
    with MongoClient[dict[str, Any]](bench.settings.mongodb_url.get_secret_value()) as client:
        client["notifier"]["deliveries"].insert_many(left)


async def is_alive(bench: Bench) -> bool:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{bench.settings.notifier_port}/healthz")
    return answer.status_code == 200


async def test_what_one_replica_sends_no_other_takes_over_whatever_their_clocks_say(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench, AsyncExitStack() as opened:
        for offset in (0, SKEW):
            more = {"clock_offset": offset, "notifier_port": free_port()}
            replica = bench.settings.model_copy(update=more)
            port = await opened.enter_async_context(serving(build(replica, ["sms"]), replica.notifier_port))
            await until(partial(is_ready, f"http://127.0.0.1:{port}"))
        bench.a.mode, bench.a.delay = "slow", 3.0
        people = [another(bench) for _ in range(PEOPLE)]
        await asyncio.gather(*(person.ask() for person in people))
        for person in people:
            await person.told(CodeSent)
        assert [texts_to(person) for person in people] == [1] * PEOPLE
        assert (bench.a.calls, bench.a.inquiries) == (PEOPLE, 0)
