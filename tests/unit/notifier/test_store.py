"""The limits of a number, whichever of its hashes it was counted by."""

from datetime import timedelta

import pytest

from services.kit.crypto.sealing import keyed_hashes
from services.kit.mongo.relay import Relay
from services.notifier.domain.limits import MOST_A_DAY, LimitReached
from services.notifier.store import Store
from tests.support.challenges import NUMBER, TENANT
from tests.support.clock import FixedClock
from tests.support.keys import rotating
from tests.support.memory import MemoryDatabase
from tests.support.publishing import NotingPublisher

MINUTE = timedelta(minutes=1)


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
        return await store.take(TENANT, number, name, at=clock.now())

    for count in range(MOST_A_DAY):
        assert await send(f"d-{count}") is None
        assert await send(f"d-{count}") is None
        too_soon = await send("too-soon")
        assert too_soon is not None
        assert too_soon.reason == "resendTooSoon"
        clock.advance(MINUTE)
    refused = await send("one-too-many")

    assert refused is not None
    assert refused.reason == "sendLimitReached"
    assert len([stored async for stored in store.sends.each({})]) == 2
