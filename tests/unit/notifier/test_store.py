"""The limits of a number, whichever of its hashes it was counted by."""

from datetime import timedelta

import pytest

from services.kit.config.messages import Budget
from services.kit.crypto.sealing import keyed_hashes
from services.kit.mongo.relay import Relay
from services.notifier.domain.limits import LimitReached
from services.notifier.store import Store
from tests.support.builders.challenges import NUMBER, TENANT
from tests.support.builders.keys import rotating
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.unit.notifier.domain.test_delivery import queued

MINUTE = timedelta(minutes=1)
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
