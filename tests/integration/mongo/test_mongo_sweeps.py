"""Sweeps on a real database: hundreds at once, whatever one of them is like, and only by who holds the lease."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from services.enrollment.devices.domain import Device
from services.enrollment.devices.store import KEEP_UNPROVEN
from services.enrollment.sessions.domain.session import KEEP_ENDED_SESSIONS
from services.enrollment.store import Store as EnrollmentStore
from services.enrollment.sweeping import sweep
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import AT_ONCE, Sweeper, end_each
from services.kit.mongo.relay import Relay
from services.notifier.handlers.endings import end_overdue
from services.notifier.store import Store as NotifierStore
from services.verifier.domain import challenge as challenges
from services.verifier.domain.challenge import challenge_id
from services.verifier.handlers.challenges import expire_overdue
from services.verifier.store import Store as VerifierStore
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.waiting import until
from tests.unit.enrollment.builders import account, method, wizard_session
from tests.unit.notifier.domain.test_delivery import queued

MANY = 240
"""More than two answers of the database hold, and than a sweep took at a time once (200)."""
FEW = 120
"""More than one answer holds."""
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def relay(clock: FixedClock) -> Relay:
    """Not started: it marks nothing, and so changes no document while it is counted."""
    return Relay(NotingPublisher(), clock)


async def test_hundreds_of_challenges_expire_in_one_sweep_beside_one_that_cannot_be_read(
    database: Database, relay: Relay, clock: FixedClock
) -> None:
    store = VerifierStore.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    collection = database.collection("challenges")
    await collection.insert_many(
        {
            "_id": challenge_id(TENANT, f"c{number}"),
            "version": 1,
            "state": challenges.opened(terms(f"c{number}"), tenant=TENANT, user=USER, at=NOON).model_dump(
                by_alias=True
            ),
        }
        for number in range(MANY)
    )
    await collection.update_one({"_id": challenge_id(TENANT, "c7")}, {"$set": {"state.attempts": "of a newer version"}})
    clock.advance(timedelta(minutes=6))
    assert await expire_overdue(store=store, clock=clock) == MANY - 1
    assert await collection.count_documents({"state.status": "expired"}) == MANY - 1
    assert await expire_overdue(store=store, clock=clock) == 0


async def test_overdue_deliveries_end_in_one_sweep_past_hundreds_that_must_wait_or_cannot_be_read(
    database: Database, relay: Relay, clock: FixedClock
) -> None:
    store = NotifierStore.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    collection = database.collection("deliveries")
    over = clock.now()
    states = [{"status": "sending", "notAfter": over - SECOND}] * FEW
    states += [{"status": "of a newer version", "notAfter": over - timedelta(minutes=2)}] * FEW
    states += [{"notAfter": over}] * MANY
    await collection.insert_many(
        {"_id": f"d{number}", "version": 1, "state": queued(id=f"d{number}").model_dump(by_alias=True) | fields}
        for number, fields in enumerate(states)
    )
    assert await end_overdue(store=store, clock=clock) == MANY
    assert await collection.count_documents({"state.reason": "expiredBeforeSending"}) == MANY
    assert await collection.count_documents({"state.status": "sending"}) == FEW
    assert await end_overdue(store=store, clock=clock) == 0


async def test_sessions_end_and_are_forgotten_by_the_sweep(database: Database, relay: Relay, clock: FixedClock) -> None:
    store = EnrollmentStore.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    for number in range(MANY):
        person = account(
            user=f"u{number}", sessions=(wizard_session(id=f"s{number}"),), next_deadline=wizard_session().expires_at
        )
        await store.accounts.insert(person.id, person)
    assert await sweep(store=store, clock=clock) == 0
    clock.advance(timedelta(minutes=15))
    assert await sweep(store=store, clock=clock) == MANY
    clock.advance(KEEP_ENDED_SESSIONS)
    assert await sweep(store=store, clock=clock) == MANY
    assert await database.collection("accounts").count_documents({"state.sessions": {"$size": 0}}) == MANY
    assert await sweep(store=store, clock=clock) == 0


async def test_a_device_whose_method_nobody_proved_is_deleted_and_one_on_file_is_kept(
    database: Database, relay: Relay, clock: FixedClock
) -> None:
    store = EnrollmentStore.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    person = account(method("authenticatorApp", "on-file"))
    await store.accounts.insert(person.id, person)
    key = {"x": "A" * 43, "y": "B" * 43}
    for name in ("on-file", "never-proven"):
        device = Device(id=name, tenant=TENANT, user=USER, method_id=name, name="Phone", key=key, created_at=NOON)
        await store.devices.insert(name, device)
    assert await sweep(store=store, clock=clock) == 0
    clock.advance(KEEP_UNPROVEN)
    assert await sweep(store=store, clock=clock) == 2
    assert await store.devices.get("never-proven") is None
    kept = await store.devices.get("on-file")
    assert kept is not None
    assert kept.state.proven_at == clock.now()
    assert await sweep(store=store, clock=clock) == 0


async def test_one_that_fails_keeps_nobody_from_the_others(database: Database, relay: Relay, clock: FixedClock) -> None:
    store = EnrollmentStore.open(database, relay, clock)
    for number in range(40):
        await store.accounts.insert(f"a/{number}", account(user=str(number)))

    async def end(stored: object) -> None:
        if getattr(stored, "id", "") in {"a/1", "a/30"}:
            raise ValueError

    assert await end_each(store.accounts.each({}), end) == 38


async def test_many_are_ended_at_the_same_time(database: Database, relay: Relay, clock: FixedClock) -> None:
    """One after the other, each waits for two answers of the database: some 200 a second."""
    store = EnrollmentStore.open(database, relay, clock)
    for number in range(AT_ONCE):
        await store.accounts.insert(f"a/{number}", account(user=str(number)))
    all_have_begun = asyncio.Barrier(AT_ONCE)

    async def end(_: object) -> None:
        async with asyncio.timeout(5):
            await all_have_begun.wait()

    assert await end_each(store.accounts.each({}), end) == AT_ONCE


async def test_a_sweep_that_fails_is_not_the_last_and_a_long_one_keeps_its_lease(database: Database) -> None:
    clock, ran = FixedClock(), list[str]()
    every, done = timedelta(milliseconds=20), asyncio.Event()

    async def long_work(name: str) -> int:
        ran.append(name)
        if len(ran) == 1:
            raise ValueError
        await done.wait()
        return 1

    one, two = (
        Sweeper("s", every=every, work=partial(long_work, name), leases=database.collection("leases"), clock=clock)
        for name in ("one", "two")
    )
    one.start()
    await until(lambda: ran == ["one", "one"])
    two.start()
    for _ in range(5):
        clock.advance(2 * every)
        expected = clock.now() + 3 * every
        await until(partial(_holds_until, database, expected))
    assert one.alive()
    assert ran == ["one", "one"]
    done.set()
    await one.stop()
    await two.stop()


async def _holds_until(database: Database, moment: object) -> bool:
    lease = await database.collection("leases").find_one({"_id": "s"})
    return lease is not None and lease["until"] == moment
