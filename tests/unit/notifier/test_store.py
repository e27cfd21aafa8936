"""The limits of a number, whichever of its hashes it was counted by."""

from datetime import timedelta

import pytest

from services.kit.config.messages import Budget
from services.kit.crypto.sealing import keyed_hashes
from services.kit.decision import Change
from services.kit.mongo.relay import Relay
from services.notifier.domain.limits import LimitReached
from services.notifier.store import Store
from tests.support.builders.challenges import NUMBER, TENANT, enveloped, requested, terms
from tests.support.builders.keys import rotating
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.unit.notifier.domain.test_delivery import queued

MINUTE = timedelta(minutes=1)
CAUSE = enveloped(requested(terms()), "challenge-1")
A_DAY = Budget(messages="10/day", registration=4, password_reset=3)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(clock: FixedClock) -> Store:
    return Store.open(MemoryDatabase(), Relay(NotingPublisher(), clock), clock)


async def test_a_number_gets_no_more_messages_while_the_index_key_is_rotated(store: Store, clock: FixedClock) -> None:
    keys = rotating("notifier", "index", clock, at=clock.now() + 5 * MINUTE)

    async def send(name: str) -> LimitReached | None:
        number = keyed_hashes(keys, NUMBER, tenant=TENANT)
        return await store.take(number, queued(id=name), "signIn", A_DAY, at=clock.now())

    for count in range(A_DAY.count):
        assert await send(f"d-{count}") is None
        assert await send(f"d-{count}") is None
        refused = await send("too-soon")
        assert refused is not None
        assert refused.reason == ("resendTooSoon" if count < A_DAY.count - 1 else "sendLimitReached")
        clock.advance(MINUTE)
    refused = await send("one-too-many")

    assert refused is not None
    assert refused.reason == "sendLimitReached"
    assert len([stored async for stored in store.sends.each({})]) == 2


async def test_something_is_open_while_it_waits_or_is_sent(store: Store, clock: FixedClock) -> None:
    assert not await store.has_open()
    waiting = queued()
    await store.add(waiting, CAUSE)
    assert await store.has_open()
    await store.change(waiting, lambda state: Change(state.model_copy(update={"status": "sending"})))
    assert await store.has_open()
    await store.change(waiting, lambda state: Change(state.model_copy(update={"status": "sent", "ended_at": NOON})))
    assert not await store.has_open()
