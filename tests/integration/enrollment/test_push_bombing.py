"""Two replicas on a real database are asked for requests to one device all at once, and follow what it may answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.enrollment import MethodRequested
from services.enrollment.devices.domain import Device
from services.enrollment.devices.following import FOLLOWING, Watch
from services.enrollment.signals import Signals
from services.enrollment.store import Store
from services.kit.decision import Change
from services.kit.http.places import Holder
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.push import Attack, attack_on


@pytest.fixture
def publisher() -> NotingPublisher:
    return NotingPublisher()


@pytest.fixture
async def attack(database: Database, publisher: NotingPublisher) -> AsyncIterator[Attack]:
    clock = FixedClock()
    relay = Relay(publisher, clock)
    store = Store.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    relay.start()
    yield await attack_on(store, clock)
    await relay.stop()


def on_another_replica(attack: Attack) -> Attack:
    return Attack(replace(attack.deps, signals=Signals()), attack.clock)


async def test_sixty_challenges_at_once_are_two_requests_of_which_one_is_open(
    attack: Attack, publisher: NotingPublisher
) -> None:
    other = on_another_replica(attack)
    refusals = await asyncio.gather(*(replica.refused() for _ in range(30) for replica in (attack, other)))
    assert {problem.code for problem in refusals if problem} == {"sendLimitReached"}
    assert refusals.count(None) == len(attack.opened) + len(other.opened) == 2
    assert len(await attack.waiting()) == 1
    attack.clock.advance(timedelta(seconds=60))
    assert await other.refused() is None
    assert await attack.waiting() == [other.opened[-1].id]
    await attack.answered(other.opened[-1])
    assert await attack.refused() is None
    stored = await attack.deps.devices.get("d1")
    assert stored is not None
    assert [asked.challenge_id for asked in stored.state.asked] == [attack.opened[-1].id]
    sent = [one.event for one in publisher.published if isinstance(one.event, MethodRequested)]
    assert len(sent) <= 4


async def test_the_watch_sees_requests_of_other_replicas_and_who_is_known_no_more(attack: Attack) -> None:
    attack.deps.places.take(Holder(FOLLOWING, "d1"), "a1", lambda: None)
    attack.deps.places.take(Holder(FOLLOWING, "never-connected"), "a1", lambda: None)
    watch, other = Watch(attack.deps), on_another_replica(attack)

    async def told() -> bool:
        async with attack.deps.signals.awaiting("d1") as changed:
            await watch.look()
            return changed.is_set()

    assert [await told(), await told()] == [True, False]
    await other.ask()
    assert [await told(), await told()] == [True, False]

    def suspend(device: Device) -> Change[Device]:
        return Change(device.model_copy(update={"suspended_at": attack.clock.now()}))

    await attack.deps.devices.change("d1", suspend)
    assert [await told(), await told()] == [True, False]
    assert await attack.deps.devices.known(["d1"]) == frozenset()
