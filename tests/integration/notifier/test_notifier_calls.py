"""Calls on the real broker and database: what they say, what keys do, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio

from deploy.demo.handset.twiml import Gather, parse
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed
from schemas.verification import CallConfirmed, CallReported, ChallengeTerms
from services.kit.crypto.codes import call_proof
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.notifier import TENANT, Bench, shows
from tests.support.services.shared_notifier import newcomer, one_notifier
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    kafka_url: str, notifier_server: LocalDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bench]:
    async with one_notifier(kafka_url, notifier_server.url, tmp_path_factory.mktemp("notifier"), "voice") as made:
        yield made


@pytest.fixture
def bench(shared: Bench) -> Bench:
    """Somebody whom the notifier, which calls, does not know."""
    return newcomer(shared)


async def called(bench: Bench, kind: Literal["code", "call"] = "call") -> tuple[ChallengeTerms, dict[str, str]]:
    """A new challenge, and the call that the provider took for it."""
    of = await bench.ask(channel="voice", kind=kind)
    await bench.told(CodeSent)
    return of, bench.a.messages[0]


async def opening(bench: Bench, call: dict[str, str]) -> str:
    """What the call says when it is answered."""
    answer = await bench.a.post(call["url"], {"CallSid": call["sid"]})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "application/xml")
    return answer.text


async def pressing(bench: Bench, call: dict[str, str], digits: str, finished: str, rounds: int = 1) -> str:
    """What the call says after these keys."""
    url = call["url"].replace("/voice", f"/keys/{rounds}")
    answer = await bench.a.post(url, {"CallSid": call["sid"], "Digits": digits + finished})
    assert answer.status_code == 200
    return answer.text


async def told_status(bench: Bench, call: dict[str, str], status: str) -> None:
    fields = {"CallSid": call["sid"], "CallStatus": status}
    assert (await bench.a.post(call["callback"], fields)).status_code == 204


async def test_a_key_confirms_once_however_often_it_is_told(bench: Bench) -> None:
    of, call = await called(bench)
    assert call["to"] == bench.number
    gather = parse(await opening(bench, call))[0]
    assert isinstance(gather, Gather)
    assert gather.action == call["url"].replace("/voice", "/keys/1")
    for status in ("ringing", "in-progress", "in-progress"):
        await told_status(bench, call, status)
    assert "<Gather" in await pressing(bench, call, "", "")
    assert "<Gather" not in await pressing(bench, call, "7", "#", rounds=2)
    first = await pressing(bench, call, "", "#", rounds=2)
    assert "Thank you. You can go on" in first
    assert await pressing(bench, call, "", "#", rounds=2) == first
    assert await pressing(bench, call, "0", "#") == first
    confirmed = await bench.told(CallConfirmed)
    assert isinstance(confirmed, CallConfirmed)
    assert (confirmed.terms.challenge_id, confirmed.terms.kind) == (of.challenge_id, "call")
    assert confirmed.proof == call_proof(bench.keys["notifier"], of, tenant=TENANT, decision="confirm")
    assert {type(event) for event in bench.events()} == {CodeSent, DeliveryConfirmed, CallConfirmed}
    assert len(bench.events()) == 3
    assert {one.correlation_id for one in bench.heard if one.subject == bench.user} == {of.challenge_id}
    assert await opening(bench, call) == first


async def test_zero_and_a_key_reports(bench: Bench) -> None:
    _, call = await called(bench)
    assert "Thank you for telling us" in await pressing(bench, call, "0", "#")
    reported = await bench.told(CallReported)
    assert isinstance(reported, CallReported)
    assert reported.submission_id.endswith(".report")


async def test_a_code_is_composed_when_it_is_asked_for_and_kept_nowhere(bench: Bench) -> None:
    of, call = await called(bench, "code")
    said = await opening(bench, call)
    assert said.count(", ".join(bench.code(of))) == 2
    assert "<Gather" not in said
    assert "This request is over" in await pressing(bench, call, "", "#")
    assert not shows(bench.code(of), await asyncio.to_thread(bench.stored))
    await told_status(bench, call, "no-answer")
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("notDelivered", False)


async def test_what_is_forged_or_over_says_nothing(bench: Bench) -> None:
    of, call = await called(bench)
    keys = call["url"].replace("/voice", "/keys/1")
    pressed = {"CallSid": call["sid"], "Digits": "#"}
    assert (await bench.a.post(call["url"], {}, token="wrong")).status_code == 403
    assert (await bench.a.post(keys, pressed, token="wrong")).status_code == 403
    unknown = await bench.a.post(call["url"].replace(call["url"].split("/")[-2], "nobody"), {})
    assert "This request is over" in unknown.text
    await bench.say(bench.cancellation(of), channel="voice")
    await until(lambda: is_silent(bench, call))
    assert "This request is over" in await pressing(bench, call, "", "#")
    await bench.say(bench.request(of, send=2, channel="voice"), channel="voice")
    await bench.ask(channel="voice")
    await until(lambda: len(bench.events()) == 2)
    assert [type(event) for event in bench.events()] == [CodeSent, CodeSent]
    assert len(bench.texts) == 2


async def is_silent(bench: Bench, call: dict[str, str]) -> bool:
    return "<Gather" not in await opening(bench, call)
