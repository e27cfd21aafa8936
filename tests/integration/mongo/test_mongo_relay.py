"""The relay on a real database: committed events are published in the order of their document, also after a crash."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.envelope import Envelope
from services.kit.clock import monotonic
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.document import Documents
from services.kit.mongo.metrics import REFUSED
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import LEASE, RETRY_CAP, Relay
from tests.support.builders.events import too_long
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.tally import Tally, counted, told
from tests.support.waiting import until

MANY = 240
"""More than the database hands out at once, and than a sweep took at a time once (200)."""


def documents(database: Database, relay: Relay, clock: FixedClock) -> Documents[Tally]:
    return Documents(database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment")


@asynccontextmanager
async def relaying(
    database: Database, publisher: NotingPublisher, clock: FixedClock
) -> AsyncIterator[tuple[Documents[Tally], Relay]]:
    relay = Relay(publisher, clock)
    tallies = documents(database, relay, clock)
    await relay.prepare()
    relay.start()
    try:
        yield tallies, relay
    finally:
        publisher.gate.set()
        await relay.stop()


async def is_clean(database: Database) -> bool:
    """Nothing waits, and nobody holds a lease."""
    left = {"$or": [{"outbox.0": {"$exists": True}}, {"relay": {"$exists": True}}]}
    return await database.collection("tallies").find_one(left) is None


async def leased_until(database: Database, document: str, moment: datetime) -> bool:
    """Whether the document's lease lasts until then."""
    found = await database.collection("tallies").find_one({"_id": document})
    return found is not None and found["relay"]["until"] >= moment


async def test_events_are_published_in_order_and_then_removed(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally())
        for _ in range(30):
            await tallies.change("t", counted)
        await until(lambda: is_clean(database))
    assert publisher.sequences == list(range(1, 31))


async def test_an_event_that_fails_holds_back_those_after_it_and_no_other_document(database: Database) -> None:
    def is_first(envelope: Envelope) -> bool:
        return envelope.sequence == 1

    publisher, clock = NotingPublisher(is_first), FixedClock()
    async with relaying(database, publisher, clock) as (tallies, relay):
        await tallies.insert("t", Tally(), (told(1), told(2)))
        await tallies.insert("other", Tally(), (told(100),))
        await until(lambda: publisher.sequences == [100])
        assert relay.waiting == 2
        publisher.fails = lambda _: False
        await until(lambda: is_clean(database))
    assert publisher.sequences == [100, 1, 2]


async def test_what_is_marked_leaves_the_rest_and_its_lease(database: Database) -> None:
    publisher, clock = NotingPublisher(lambda envelope: (envelope.sequence or 0) > 2), FixedClock()

    async def waiting() -> list[int]:
        found = await database.collection("tallies").find_one({"_id": "t", "relay": {"$exists": True}})
        return [entry["sequence"] for entry in found["outbox"]] if found else []

    async def only_the_last_waits() -> bool:
        return await waiting() == [3]

    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally(), (told(1), told(2), told(3)))
        await until(only_the_last_waits)
        publisher.fails = lambda _: False
        await until(lambda: is_clean(database))
    assert publisher.sequences == [1, 2, 3]


async def test_what_waits_for_kafka_is_published_within_a_second_of_its_return(database: Database) -> None:
    publisher, clock = NotingPublisher(lambda _: True), FixedClock()
    async with relaying(database, publisher, clock) as (tallies, _):
        for number in range(20):
            await tallies.insert(f"t{number}", Tally(), (told(number),))
        await until(lambda: len(publisher.refused) >= 4 * 20)  # by then waits would have grown beyond a second
        publisher.fails = lambda _: False
        returned = monotonic()
        await until(lambda: len(publisher.published) == 20)
        assert monotonic() - returned < 3
    assert RETRY_CAP <= 1


async def test_many_documents_whose_partition_hangs_do_not_hold_up_the_others(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    publisher.hangs = lambda envelope: envelope.sequence == 1
    async with relaying(database, publisher, clock) as (tallies, relay):
        for number in range(100):
            await tallies.insert(f"sick {number}", Tally(), (told(1),))
        await tallies.insert("well", Tally(), (told(2),))
        await until(lambda: publisher.sequences == [2])
        assert relay.waiting == 100
        publisher.gate.set()
        publisher.hangs = lambda _: False
        publisher.hung.set()
        await until(lambda: is_clean(database))


async def test_the_leases_of_what_waits_for_kafka_are_kept(database: Database) -> None:
    publisher, other, clock = NotingPublisher(lambda _: True), NotingPublisher(), FixedClock()
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally(), (told(1),))
        clock.advance(LEASE - timedelta(seconds=1))
        await until(lambda: leased_until(database, "t", clock.now() + LEASE))
        async with relaying(database, other, clock):
            clock.advance(LEASE - timedelta(seconds=1))
            publisher.fails = lambda _: False
            await until(lambda: is_clean(database))
    assert (publisher.sequences, other.sequences) == ([1], [])


async def test_an_event_that_kafka_will_never_take_is_put_aside_and_those_after_it_go_on(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    publisher.too_large = lambda envelope: envelope.sequence == 2
    refused = REFUSED.labels("EnrollmentStepReached")
    before = refused._value.get()
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally(), (told(1), told(2), told(3)))
        await tallies.insert("alone", Tally(), (told(2),))
        await until(lambda: is_clean(database))
    assert publisher.sequences == [1, 3]
    for document in ("t", "alone"):
        found = await database.collection("tallies").find_one({"_id": document})
        assert found is not None
        assert [entry["sequence"] for entry in found["refused"]] == [2]
    assert refused._value.get() - before == 2


async def test_what_was_put_aside_is_published_once_an_operator_puts_it_back(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    publisher.too_large = lambda envelope: envelope.sequence == 2
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally(), (told(1), told(2), told(3)))
        await until(lambda: is_clean(database))
        publisher.too_large = lambda _: False
        found = await database.collection("tallies").find_one({"_id": "t", "refused": {"$exists": True}})
        assert found is not None
        await database.collection("tallies").update_one(
            {"_id": "t", "version": found["version"], "refused": found["refused"]},
            {
                "$push": {"outbox": {"$each": found["refused"]}},
                "$unset": {"refused": ""},
                "$set": {"relay": {"owner": "operator", "until": datetime.fromtimestamp(0, UTC)}},
            },
        )
        await until(lambda: publisher.sequences == [1, 3, 2])
        await until(lambda: is_clean(database))


async def test_a_change_whose_event_kafka_would_never_take_is_refused_before_the_commit(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    huge = replace(told(1), event=too_long(1_000_000))
    async with relaying(database, publisher, clock) as (tallies, _):
        stored = await tallies.insert("t", Tally())
        with pytest.raises(EventTooLargeError):
            await tallies.save(stored, Tally(times_counted=1), (huge,))
        with pytest.raises(EventTooLargeError):
            await tallies.insert("u", Tally(), (huge,))
        assert await tallies.get("t") == stored
        assert await tallies.get("u") is None


async def test_what_a_crashed_process_left_is_published_by_another_in_order(database: Database) -> None:
    clock, silent = FixedClock(), NotingPublisher()
    silent.gate.clear()
    crashed = Relay(silent, clock)
    tallies = documents(database, crashed, clock)
    await tallies.insert("t", Tally(), (told(1),))
    await tallies.insert("u", Tally())
    stored = await tallies.get("t")
    assert stored is not None
    await tallies.save(stored, Tally(), (told(2), told(3)))
    for task in tuple(crashed._tasks):
        task.cancel()
    publisher = NotingPublisher()
    async with relaying(database, publisher, clock):
        clock.advance(LEASE + timedelta(seconds=1))
        await until(lambda: is_clean(database))
    assert publisher.sequences == [1, 2, 3]
    assert silent.published == []


async def test_hundreds_of_documents_of_a_crashed_process_are_published_by_one_sweep(database: Database) -> None:
    clock, silent = FixedClock(), NotingPublisher()
    silent.gate.clear()
    crashed = Relay(silent, clock)
    tallies = documents(database, crashed, clock)
    for number in range(MANY):
        await tallies.insert(f"t{number}", Tally(), (told(number),))
    for task in tuple(crashed._tasks):
        task.cancel()
    publisher = NotingPublisher()
    clock.advance(LEASE + timedelta(seconds=1))
    other = Relay(publisher, clock)
    collection = database.collection("tallies")
    other.watch(collection)
    await other.prepare()
    await other._sweep(collection)
    await until(lambda: len(publisher.published) == MANY)
    await other.stop()
    assert await is_clean(database)


async def test_who_changes_a_document_next_publishes_first_what_a_crashed_process_left(database: Database) -> None:
    clock, silent = FixedClock(), NotingPublisher()
    silent.gate.clear()
    crashed = Relay(silent, clock)
    await documents(database, crashed, clock).insert("t", Tally(times_counted=2), (told(1), told(2)))
    for task in tuple(crashed._tasks):
        task.cancel()
    publisher = NotingPublisher()
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.change("t", counted)
        await tallies.change("t", counted)
        await until(lambda: is_clean(database))
    assert publisher.sequences == [1, 2, 3, 4]


async def test_two_processes_that_change_one_document_in_turn_keep_its_order(database: Database) -> None:
    clock, heard = FixedClock(), NotingPublisher()
    async with relaying(database, heard, clock) as (one, _), relaying(database, heard, clock) as (two, _):
        await one.insert("t", Tally())
        for number in range(40):
            await (one if number % 2 else two).change("t", counted)
        await until(lambda: is_clean(database))
    assert list(dict.fromkeys(heard.sequences)) == list(range(1, 41))


async def test_what_was_published_and_not_marked_is_published_again_with_the_same_id(database: Database) -> None:
    clock, first = FixedClock(), NotingPublisher()
    crashed = Relay(first, clock)
    tallies = documents(database, crashed, clock)
    await tallies.insert("t", Tally(), (told(1),))
    await until(lambda: first.published)
    second = NotingPublisher()
    async with relaying(database, second, clock):
        clock.advance(LEASE + timedelta(seconds=1))
        await until(lambda: is_clean(database))
    assert [envelope.id for envelope in second.published] == [envelope.id for envelope in first.published]
    assert second.published == first.published


async def test_a_lease_keeps_others_off(database: Database) -> None:
    clock, slow, other = FixedClock(), NotingPublisher(), NotingPublisher()
    slow.gate.clear()
    async with relaying(database, slow, clock) as (tallies, _), relaying(database, other, clock) as (others, _):
        await tallies.insert("t", Tally(), (told(1),))
        await others.insert("mine", Tally(), (told(50),))
        await until(lambda: other.sequences == [50])
        slow.gate.set()
        await until(lambda: is_clean(database))
    assert (slow.sequences, other.sequences) == ([1], [50])


async def test_stopping_publishes_what_waits(database: Database) -> None:
    publisher, clock = NotingPublisher(), FixedClock()
    async with relaying(database, publisher, clock) as (tallies, _):
        await tallies.insert("t", Tally(), tuple(told(number) for number in range(1, 21)))
    assert publisher.sequences == list(range(1, 21))
    assert await is_clean(database)


async def test_one_replica_sweeps_and_another_follows_when_its_lease_ran_out(database: Database) -> None:
    clock, ran = FixedClock(), list[str]()

    def sweeper(name: str) -> Sweeper:
        async def work() -> int:
            ran.append(name)
            return 0

        return Sweeper("s", every=every, work=work, leases=database.collection("leases"), clock=clock)

    every = timedelta(milliseconds=20)
    one, two = sweeper("one"), sweeper("two")
    one.start()
    await until(lambda: ran.count("one") > 1)
    two.start()
    await until(lambda: ran.count("one") > 4)
    assert "two" not in ran
    await one.stop()
    clock.advance(4 * every)
    await until(lambda: "two" in ran)
    await two.stop()
