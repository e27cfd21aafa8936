"""What replicas know of a provider: of each other, and while the database is away."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from services.kit.decision import Change
from services.kit.mongo.relay import Relay
from services.notifier.domain.breakers import FIRST_OPEN, OPENS_AFTER, Verdict
from services.notifier.handlers.attempt import Outcome
from services.notifier.health import Health
from services.notifier.store import Store
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(clock: FixedClock) -> Store:
    return Store.open(MemoryDatabase(), Relay(NotingPublisher(), clock), clock)


def outcome(verdict: Verdict | None, retry_after: float = 0.0) -> Outcome:
    return Outcome(Change, verdict=verdict, retry_after=retry_after)


async def fail(health: Health, times: int = OPENS_AFTER) -> None:
    for _ in range(times):
        await health.note("a", outcome("fails"), probe=False)


async def test_failures_of_all_replicas_count_together_and_each_knows(store: Store, clock: FixedClock) -> None:
    one, other = Health(store, clock), Health(store, clock)
    await fail(one, OPENS_AFTER - 1)
    assert one.standing("a") == "closed"
    await fail(other, 1)
    assert other.standing("a") == "open"
    await one.refresh()
    assert (one.standing("a"), one.standing("b")) == ("open", "closed")


async def test_failures_at_once_count_each_and_nothing_older_takes_their_place(store: Store, clock: FixedClock) -> None:
    health = Health(store, clock)
    await asyncio.gather(*(health.note("a", outcome("fails"), probe=False) for _ in range(16)), health.refresh())
    assert health.standing("a") == "open"
    assert (await store.standings())["a"].times == 1


async def test_one_replica_of_all_finds_out(store: Store, clock: FixedClock) -> None:
    one, other = Health(store, clock), Health(store, clock)
    await fail(one)
    clock.advance(FIRST_OPEN)
    assert one.standing("a") == "due"
    assert [await one.probe("a"), await other.probe("a"), await one.probe("a")] == [True, False, False]
    assert (one.standing("a"), other.standing("a")) == ("open", "open")
    await one.note("a", outcome("works"), probe=True)
    assert one.standing("a") == "closed"


async def test_what_a_newer_version_knows_of_a_provider_ends_no_pool(store: Store, clock: FixedClock) -> None:
    """It is written between the look at what is known and the probe."""
    health = Health(store, clock)
    await fail(health)
    clock.advance(FIRST_OPEN)
    assert health.standing("a") == "due"
    await store.database.collection("breakers").update_one({"_id": "a"}, {"$set": {"state.times": "many"}})
    assert not await health.probe("a")
    assert health.standing("a") == "closed"


async def test_a_pause_that_was_asked_for_is_everybodys(store: Store, clock: FixedClock) -> None:
    one, other = Health(store, clock), Health(store, clock)
    await one.note("a", outcome("throttles", 30.0), probe=False)
    await other.refresh()
    assert other.standing("a") == "resting"
    clock.advance(timedelta(seconds=30))
    assert other.standing("a") == "due"


async def test_nothing_is_written_while_all_is_well(store: Store, clock: FixedClock) -> None:
    health = Health(store, clock)
    for _ in range(3):
        await health.note("a", outcome("works"), probe=False)
        await health.note("a", outcome(None), probe=False)
    assert await store.standings() == {}


async def test_a_provider_that_is_silent_here_is_given_nothing_here(store: Store, clock: FixedClock) -> None:
    health = Health(store, clock)
    health.note_silence("a", silent=True)
    assert health.standing("a") == "open"
    health.note_silence("a", silent=False)
    assert health.standing("a") == "closed"


@dataclass(frozen=True)
class AwayStore(Store):
    """The database does not answer."""

    async def note_breaker(self, *_: object) -> None:  # type: ignore[override]
        raise AutoReconnect


async def test_while_the_database_is_away_a_replica_believes_what_it_saw(store: Store, clock: FixedClock) -> None:
    away = AwayStore(**{name: getattr(store, name) for name in Store.__dataclass_fields__})
    health = Health(away, clock)
    await fail(health)
    assert health.standing("a") == "open"
