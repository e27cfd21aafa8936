"""Documents on a real database: state, inbox and outbox in one write, whoever else writes."""

import asyncio

import pytest

from services.kit.decision import Change
from services.kit.mongo.client import Database
from services.kit.mongo.document import (
    INBOX_SIZE,
    AlreadyHandledError,
    Documents,
    DuplicateDocumentError,
    StaleDocumentError,
    Stored,
)
from services.kit.mongo.relay import Relay
from tests.support.challenges import enveloped, requested, terms
from tests.support.clock import FixedClock
from tests.support.publishing import NotingPublisher
from tests.support.tally import Tally, counted, told

CAUSE = enveloped(requested(terms()), "challenge-1")


@pytest.fixture
def tallies(database: Database) -> Documents[Tally]:
    """Tallies whose relay is not running: what waits stays to be seen."""
    clock = FixedClock()
    publisher = NotingPublisher()
    publisher.gate.clear()
    relay = Relay(publisher, clock)
    return Documents(database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment")


async def raw(database: Database) -> dict[str, object]:
    document = await database.collection("tallies").find_one({"_id": "t"})
    assert document is not None
    return document


async def test_a_document_is_read_as_it_was_inserted(tallies: Documents[Tally]) -> None:
    inserted = await tallies.insert("t", Tally(times_counted=3), cause=CAUSE)
    assert await tallies.get("t") == inserted == Stored("t", 1, Tally(times_counted=3), (CAUSE.id,))
    assert await tallies.get("other") is None


async def test_the_same_id_twice_is_refused(tallies: Documents[Tally]) -> None:
    await tallies.insert("t", Tally())
    with pytest.raises(DuplicateDocumentError):
        await tallies.insert("t", Tally())


async def test_state_inbox_and_outbox_lie_in_one_document(tallies: Documents[Tally], database: Database) -> None:
    stored = await tallies.insert("t", Tally())
    await tallies.save(stored, Tally(times_counted=1), (told(1), told(2)), CAUSE)
    document = await raw(database)
    assert document["version"] == 2
    assert document["state"] == {"timesCounted": 1}
    assert document["inbox"] == [CAUSE.id]
    outbox = document["outbox"]
    assert isinstance(outbox, list)
    assert [(entry["sequence"], entry["causationId"]) for entry in outbox] == [(1, CAUSE.id), (2, CAUSE.id)]
    assert "relay" in document


async def test_a_document_without_events_has_no_lease(tallies: Documents[Tally], database: Database) -> None:
    await tallies.insert("t", Tally())
    assert not {"relay", "outbox"} & (await raw(database)).keys()


async def test_a_stale_version_changes_nothing(tallies: Documents[Tally], database: Database) -> None:
    stored = await tallies.insert("t", Tally())
    await tallies.save(stored, Tally(times_counted=1))
    with pytest.raises(StaleDocumentError):
        await tallies.save(stored, Tally(times_counted=9), (told(9),))
    document = await raw(database)
    assert document["state"] == {"timesCounted": 1}
    assert "outbox" not in document


async def test_an_event_that_was_handled_is_not_handled_again(tallies: Documents[Tally]) -> None:
    stored = await tallies.insert("t", Tally())
    saved = await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)
    with pytest.raises(AlreadyHandledError):
        await tallies.save(saved, Tally(times_counted=2), cause=CAUSE)
    assert await tallies.change("t", counted, CAUSE) == saved


async def test_of_two_who_handle_one_event_one_is_told_that_it_is_stale(tallies: Documents[Tally]) -> None:
    stored = await tallies.insert("t", Tally())
    await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)
    with pytest.raises(StaleDocumentError):
        await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)


async def test_of_20_racers_one_wins(tallies: Documents[Tally]) -> None:
    stored = await tallies.insert("t", Tally())

    async def race(number: int) -> bool:
        try:
            await tallies.save(stored, Tally(times_counted=number), (told(number),))
        except StaleDocumentError:
            return False
        return True

    assert sum(await asyncio.gather(*(race(number) for number in range(20)))) == 1


async def test_20_changes_at_once_are_all_made(tallies: Documents[Tally]) -> None:
    await tallies.insert("t", Tally())
    await asyncio.gather(*(tallies.change("t", counted) for _ in range(20)))
    stored = await tallies.get("t")
    assert stored is not None
    assert (stored.version, stored.state) == (21, Tally(times_counted=20))


async def test_one_event_at_20_places_at_once_changes_once(tallies: Documents[Tally]) -> None:
    await tallies.insert("t", Tally())
    await asyncio.gather(*(tallies.change("t", counted, CAUSE) for _ in range(20)))
    stored = await tallies.get("t")
    assert stored is not None
    assert stored.state == Tally(times_counted=1)


async def test_20_who_create_at_once_count_20(tallies: Documents[Tally]) -> None:
    await asyncio.gather(*(tallies.change_or_insert("t", Tally(), counted) for _ in range(20)))
    stored = await tallies.get("t")
    assert stored is not None
    assert stored.state == Tally(times_counted=20)


async def test_creating_remembers_its_cause(tallies: Documents[Tally]) -> None:
    for _ in range(2):
        stored = await tallies.change_or_insert("t", Tally(), counted, CAUSE)
        assert (stored.state, stored.inbox) == (Tally(times_counted=1), (CAUSE.id,))


async def test_a_later_step_names_the_event_that_it_follows(tallies: Documents[Tally], database: Database) -> None:
    await tallies.insert("t", Tally(), cause=CAUSE)
    await tallies.change("t", counted, follows=CAUSE)
    document = await raw(database)
    outbox = document["outbox"]
    assert isinstance(outbox, list)
    assert outbox[0]["causationId"] == CAUSE.id
    assert document["inbox"] == [CAUSE.id]


async def test_a_change_that_changes_nothing_is_not_written(tallies: Documents[Tally]) -> None:
    inserted = await tallies.insert("t", Tally())
    assert await tallies.change("t", Change) == inserted
    assert await tallies.get("t") == inserted


async def test_a_change_of_nothing_is_none(tallies: Documents[Tally]) -> None:
    assert await tallies.change("t", counted) is None


async def test_the_inbox_keeps_the_newest_events(tallies: Documents[Tally]) -> None:
    stored = await tallies.insert("t", Tally())
    causes = [enveloped(requested(terms()), "challenge-1") for _ in range(INBOX_SIZE + 3)]
    for cause in causes:
        stored = await tallies.save(stored, Tally(), cause=cause)
    expected = tuple(cause.id for cause in causes[-INBOX_SIZE:])
    assert stored.inbox == expected
    read = await tallies.get("t")
    assert read is not None
    assert read.inbox == expected


async def test_finding_sorts_and_limits(tallies: Documents[Tally]) -> None:
    for number in (3, 1, 2):
        await tallies.insert(f"t{number}", Tally(times_counted=number))
    found = await tallies.find({"state.timesCounted": {"$lte": 2}}, sort=[("state.timesCounted", 1)])
    assert [stored.id for stored in found] == ["t1", "t2"]
    assert len(await tallies.find({}, limit=2)) == 2


async def test_what_is_deleted_is_gone(tallies: Documents[Tally]) -> None:
    await tallies.insert("t", Tally())
    await tallies.delete("t")
    assert await tallies.get("t") is None
