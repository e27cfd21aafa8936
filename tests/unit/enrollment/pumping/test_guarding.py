"""Messages are judged before they are asked for: three patterns of attack, and people beside them."""

import json
from datetime import timedelta

import pytest

from services.enrollment.challenges.domain.challenge import PhoneDelivery
from services.enrollment.methods.phone.handlers import TypedPhone, request_phone
from services.enrollment.sessions.principal import Principal
from services.kit.config.messages import Pumping
from services.kit.errors import SendLimitReachedError
from tests.support.in_memory.counting import Organisation
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.services.traffic import TrafficBehaviour

MINUTE = timedelta(minutes=1)
ROW = [f"+37120{number:06}" for number in range(123400, 123460)]
COUNTRIES = ["+37120123456", "+3725123456", "+37061234567", "+4741234567", "+358401234567"]


class TestTraffic(TrafficBehaviour):
    """In memory."""


async def asks(
    northbridge: Organisation, number: str, user: str = "", address: str | None = None, by: PhoneDelivery = "sms"
) -> Principal | None:
    """Somebody types a number; None where no message goes out."""
    principal = await northbridge.in_wizard(user or f"user-{number[1:]}", address=address)
    try:
        return await request_phone(principal, TypedPhone(None, number, delivery=by), "form", northbridge.deps)
    except SendLimitReachedError:
        return None


async def asks_all(
    northbridge: Organisation, numbers: list[str], every: timedelta = MINUTE, by: PhoneDelivery = "sms"
) -> list[bool]:
    sent = []
    for number in numbers:
        sent.append(await asks(northbridge, number, by=by) is not None)
        northbridge.clock.advance(every)
    return sent


async def uses(northbridge: Organisation, principal: Principal) -> None:
    requested = principal.session.requested
    assert requested is not None
    await northbridge.store.traffic.used("northbridge", requested.terms.challenge_id)


async def events(database: MemoryDatabase) -> list[dict[str, object]]:
    documents = [document async for document in database.collection("send_decisions").find({})]
    return [
        {"type": entry["type"], **json.loads(entry["event"])} for document in documents for entry in document["outbox"]
    ]


@pytest.mark.parametrize("by", ["sms", "voice", "whatsapp"])
async def test_a_row_of_numbers_is_refused_once_nobody_uses_the_codes(
    northbridge: Organisation, by: PhoneDelivery
) -> None:
    northbridge.pumping = Pumping(mode="deny")
    sent = await asks_all(northbridge, ROW[:20], by=by)
    assert sent[:6] == [True] * 6
    assert sum(sent) < 10
    assert sent[8:] == [False] * 12


async def test_new_phones_of_an_organisation_lie_in_a_row_and_are_no_attack(northbridge: Organisation) -> None:
    northbridge.pumping = Pumping(mode="deny")
    for number in ROW:
        asked = await asks(northbridge, number, address="192.0.2.1")
        assert asked is not None
        await uses(northbridge, asked)
        northbridge.clock.advance(MINUTE)


async def test_one_network_that_asks_for_many_countries_is_refused_and_another_is_not(
    northbridge: Organisation,
) -> None:
    northbridge.pumping = Pumping(mode="deny")
    for number in COUNTRIES[:3]:
        assert await asks(northbridge, number, address="192.0.2.7")
    northbridge.clock.advance(4 * MINUTE)
    assert await asks(northbridge, COUNTRIES[3], address="192.0.2.99") is None
    assert await asks(northbridge, COUNTRIES[3], "other", address="198.51.100.1")


async def test_an_unusual_country_gets_a_share_and_is_shut_out_by_nobody(
    northbridge: Organisation, database: MemoryDatabase
) -> None:
    """From everywhere, to numbers that have nothing in common: the country alone is known."""
    northbridge.pumping = Pumping(mode="deny", share="3/hour")
    far_apart = [f"+37120{number:06}" for number in range(0, 980000, 20000)]
    sent = await asks_all(northbridge, far_apart, MINUTE / 2)
    assert sent[:23] == [True] * 23
    assert sent[30:] == [False] * 19
    assert [event["type"] for event in await events(database)].count("SendObserved") == 3
    assert await asks(northbridge, "+447400123456")


async def test_observing_refuses_nobody_and_tells_why(northbridge: Organisation, database: MemoryDatabase) -> None:
    assert all(await asks_all(northbridge, ROW[:10]))
    told = await events(database)
    assert {event["type"] for event in told} == {"SendObserved"}
    assert told[-1]["signals"] == ["sequentialNumbers", "unusualRange"]
    assert (told[-1]["mode"], told[-1]["country"], told[-1]["channel"]) == ("observe", "LV", "sms")


async def test_each_refusal_is_an_event_without_a_number(northbridge: Organisation, database: MemoryDatabase) -> None:
    northbridge.pumping = Pumping(mode="deny")
    sent = await asks_all(northbridge, ROW[:12])
    told = await events(database)
    assert len(told) == sent.count(False)
    assert {(event["type"], event["reason"], event["mode"]) for event in told} == {
        ("SendRefused", "sendLimitReached", "deny")
    }
    kept = [str(document) async for document in database.collection("message_traffic").find({})]
    assert not any(number[1:] in f"{told}{kept}" for number in ROW[:12])


async def test_what_was_refused_keeps_nobody_out_for_longer(northbridge: Organisation) -> None:
    northbridge.pumping = Pumping(mode="deny")
    await asks_all(northbridge, ROW[:20])
    northbridge.clock.advance(timedelta(hours=1))
    assert await asks(northbridge, ROW[30])


async def test_what_the_organisation_expects_is_not_even_remembered(
    northbridge: Organisation, database: MemoryDatabase
) -> None:
    northbridge.pumping = Pumping(mode="deny", allow_countries=("LV",))
    assert all(await asks_all(northbridge, ROW[:20]))
    assert [document async for document in database.collection("message_traffic").find({})] == []


async def test_a_double_press_counts_once_and_is_answered_as_before(
    northbridge: Organisation, database: MemoryDatabase
) -> None:
    northbridge.pumping = Pumping(mode="deny")
    principal = await northbridge.in_wizard("sam")
    for _ in range(2):
        await request_phone(principal, TypedPhone(None, ROW[0]), "form", northbridge.deps)
    counted = [document async for document in database.collection("message_traffic").find({})]
    assert [document["asked"] for document in counted if "/country/" in document["_id"]] == [{"00": 1}]


async def test_who_signs_in_is_not_judged(northbridge: Organisation) -> None:
    northbridge.pumping = Pumping(mode="deny")
    await asks_all(northbridge, ROW[:12])
    owner = await northbridge.person("owner", ROW[13])
    assert await northbridge.asks(owner) == 0
    other = await northbridge.person("other", ROW[14])
    assert await northbridge.asks(other, "passwordReset") > 0
