"""The behaviour of documents: state, inbox and outbox in one write, whoever else writes; and of what finds them."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest
from prometheus_client import REGISTRY
from pymongo.errors import DuplicateKeyError

from services.kit.decision import Change
from services.kit.errors import ChallengeEndedError
from services.kit.mongo.client import Collection, Database, Document
from services.kit.mongo.document import (
    INBOX_SIZE,
    AlreadyHandledError,
    Documents,
    DuplicateDocumentError,
    StaleDocumentError,
    Stored,
)
from services.kit.mongo.reading import UnreadableDocumentError
from services.kit.mongo.relay import LEASE, Relay
from tests.support.builders.challenges import enveloped, requested, terms
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.tally import Tally, counted, told

CAUSE = enveloped(requested(terms()), "challenge-1")


async def raw(database: Database) -> dict[str, object]:
    document = await database.collection("tallies").find_one({"_id": "t"})
    assert document is not None
    return document


def counted_unreadable() -> float:
    return REGISTRY.get_sample_value("security_info_documents_unreadable_total", {"collection": "tallies"}) or 0.0


class DocumentsBehaviour:
    """What documents do, on any `database`."""

    @pytest.fixture
    def tallies(self, database: Database) -> Documents[Tally]:
        """Tallies whose relay is not running: what waits stays to be seen."""
        clock = FixedClock()
        publisher = NotingPublisher()
        publisher.gate.clear()
        relay = Relay(publisher, clock)
        return Documents(database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment")

    @pytest.fixture
    def remembering(self, database: Database) -> Documents[Tally]:
        """Those of another process, which remembers what it wrote."""
        clock = FixedClock()
        publisher = NotingPublisher()
        publisher.gate.clear()
        relay = Relay(publisher, clock)
        return Documents(
            database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment", remembers=10
        )

    async def test_a_document_is_read_as_it_was_inserted(self, tallies: Documents[Tally]) -> None:
        inserted = await tallies.insert("t", Tally(times_counted=3), cause=CAUSE)
        assert await tallies.get("t") == inserted == Stored("t", 1, Tally(times_counted=3), (CAUSE.id,))
        assert await tallies.get("other") is None

    async def test_the_same_id_twice_is_refused(self, tallies: Documents[Tally]) -> None:
        await tallies.insert("t", Tally())
        with pytest.raises(DuplicateDocumentError):
            await tallies.insert("t", Tally())

    async def test_state_inbox_and_outbox_lie_in_one_document(
        self, tallies: Documents[Tally], database: Database
    ) -> None:
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

    async def test_a_change_goes_on_from_what_is_known_unless_somebody_came_between(
        self, tallies: Documents[Tally]
    ) -> None:
        known = await tallies.insert("t", Tally())
        first = await tallies.change("t", counted, known=known)
        second = await tallies.change("t", counted, CAUSE, known=known)
        assert first == Stored("t", 2, Tally(times_counted=1))
        assert second == await tallies.get("t") == Stored("t", 3, Tally(times_counted=2), (CAUSE.id,))
        assert await tallies.change("t", counted, CAUSE, known=first) == second

    async def test_what_would_change_nothing_of_what_is_known_is_decided_on_what_is_read(
        self, tallies: Documents[Tally]
    ) -> None:
        def counted_once(tally: Tally) -> Change[Tally]:
            return Change(tally) if tally.times_counted else counted(tally)

        known = await tallies.insert("t", Tally(times_counted=1))
        begun_anew = await tallies.save(known, Tally())
        assert await tallies.change("t", counted_once, known=known) == Stored("t", 3, Tally(times_counted=1))
        assert begun_anew.version == 2

    async def test_what_is_known_of_a_document_that_is_gone_is_nothing(self, tallies: Documents[Tally]) -> None:
        known = await tallies.insert("t", Tally(times_counted=7))
        await tallies.delete("t")
        assert await tallies.change("t", counted, known=known) is None
        assert await tallies.change_or_insert("t", Tally(), counted, known=known) == Stored(
            "t", 1, Tally(times_counted=1)
        )

    async def test_what_is_refused_of_what_is_known_is_decided_on_what_is_read(self, tallies: Documents[Tally]) -> None:
        def counted_from_two(tally: Tally) -> Change[Tally]:
            if tally.times_counted < 2:
                raise ChallengeEndedError
            return counted(tally)

        known = await tallies.insert("t", Tally())
        with pytest.raises(ChallengeEndedError):
            await tallies.change("t", counted_from_two, known=known)
        await tallies.save(known, Tally(times_counted=2))
        changed = await tallies.change("t", counted_from_two, known=known)
        assert changed is not None
        assert changed.state == Tally(times_counted=3)

    async def test_what_is_remembered_is_believed_only_while_it_is_so(
        self, tallies: Documents[Tally], remembering: Documents[Tally]
    ) -> None:
        """Two processes, of which one remembers."""
        first = await remembering.insert("t", Tally())
        assert await remembering.change("t", counted, CAUSE) == Stored("t", 2, Tally(times_counted=1), (CAUSE.id,))
        await tallies.change("t", counted)
        last = await remembering.change("t", counted)
        assert last == Stored("t", 4, Tally(times_counted=3), (CAUSE.id,))
        assert await remembering.change("t", counted, CAUSE) == last
        await tallies.delete("t")
        assert await remembering.change("t", counted) is None
        assert first.version == 1

    async def test_a_document_without_events_has_no_lease(self, tallies: Documents[Tally], database: Database) -> None:
        await tallies.insert("t", Tally())
        assert not {"relay", "outbox"} & (await raw(database)).keys()

    async def test_a_stale_version_changes_nothing(self, tallies: Documents[Tally], database: Database) -> None:
        stored = await tallies.insert("t", Tally())
        await tallies.save(stored, Tally(times_counted=1))
        with pytest.raises(StaleDocumentError):
            await tallies.save(stored, Tally(times_counted=9), (told(9),))
        document = await raw(database)
        assert document["state"] == {"timesCounted": 1}
        assert "outbox" not in document

    async def test_a_document_that_cannot_be_read_keeps_nobody_from_the_others(
        self, tallies: Documents[Tally], database: Database
    ) -> None:
        for number in range(3):
            await tallies.insert(f"t{number}", Tally(times_counted=number))
        newer = {"$set": {"state.timesCounted": "of a newer version"}}
        await database.collection("tallies").update_one({"_id": "t1"}, newer)
        before = counted_unreadable()
        for _ in range(3):
            assert [stored.id for stored in await tallies.find({}, sort=[("_id", 1)])] == ["t0", "t2"]
        with pytest.raises(UnreadableDocumentError, match="t1"):
            await tallies.get("t1")
        assert counted_unreadable() - before == 1

    async def test_a_field_of_a_newer_version_is_left_out(self, tallies: Documents[Tally], database: Database) -> None:
        await tallies.insert("t", Tally(times_counted=1))
        await database.collection("tallies").update_one({"_id": "t"}, {"$set": {"state.newer": {"deep": 1}}})
        assert (await tallies.change("t", counted)) == Stored("t", 2, Tally(times_counted=2))

    async def test_behind_an_event_that_is_not_known_here_what_is_committed_waits_for_a_process_that_knows_it(
        self, tallies: Documents[Tally], database: Database
    ) -> None:
        await tallies.insert("t", Tally(), (told(1),))
        outbox = [{"id": "e", "type": "OfANewerVersion"}]
        newer = {"outbox": outbox, "relay.owner": "another"}
        await database.collection("tallies").update_one({"_id": "t"}, {"$set": newer})
        assert await tallies.change("t", counted) is not None
        document = await raw(database)
        assert (document["state"], document["relay"]) == (
            {"timesCounted": 1},
            {"owner": "another", "until": NOON + LEASE},
        )
        assert [entry.get("sequence") for entry in cast("list[Document]", document["outbox"])] == [None, 1]

    async def test_an_event_that_was_handled_is_not_handled_again(self, tallies: Documents[Tally]) -> None:
        stored = await tallies.insert("t", Tally())
        saved = await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)
        with pytest.raises(AlreadyHandledError):
            await tallies.save(saved, Tally(times_counted=2), cause=CAUSE)
        assert await tallies.change("t", counted, CAUSE) == saved

    async def test_of_two_who_handle_one_event_one_is_told_that_it_is_stale(self, tallies: Documents[Tally]) -> None:
        stored = await tallies.insert("t", Tally())
        await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)
        with pytest.raises(StaleDocumentError):
            await tallies.save(stored, Tally(times_counted=1), cause=CAUSE)

    async def test_of_20_racers_one_wins(self, tallies: Documents[Tally]) -> None:
        stored = await tallies.insert("t", Tally())

        async def race(number: int) -> bool:
            try:
                await tallies.save(stored, Tally(times_counted=number), (told(number),))
            except StaleDocumentError:
                return False
            return True

        assert sum(await asyncio.gather(*(race(number) for number in range(20)))) == 1

    async def test_20_changes_at_once_are_all_made(self, tallies: Documents[Tally]) -> None:
        await tallies.insert("t", Tally())
        await asyncio.gather(*(tallies.change("t", counted) for _ in range(20)))
        stored = await tallies.get("t")
        assert stored is not None
        assert (stored.version, stored.state) == (21, Tally(times_counted=20))

    async def test_one_event_at_20_places_at_once_changes_once(self, tallies: Documents[Tally]) -> None:
        await tallies.insert("t", Tally())
        await asyncio.gather(*(tallies.change("t", counted, CAUSE) for _ in range(20)))
        stored = await tallies.get("t")
        assert stored is not None
        assert stored.state == Tally(times_counted=1)

    async def test_20_who_create_at_once_count_20(self, tallies: Documents[Tally]) -> None:
        await asyncio.gather(*(tallies.change_or_insert("t", Tally(), counted) for _ in range(20)))
        stored = await tallies.get("t")
        assert stored is not None
        assert stored.state == Tally(times_counted=20)

    async def test_creating_remembers_its_cause(self, tallies: Documents[Tally]) -> None:
        for _ in range(2):
            stored = await tallies.change_or_insert("t", Tally(), counted, CAUSE)
            assert (stored.state, stored.inbox) == (Tally(times_counted=1), (CAUSE.id,))

    async def test_a_later_step_names_the_event_that_it_follows(
        self, tallies: Documents[Tally], database: Database
    ) -> None:
        await tallies.insert("t", Tally(), cause=CAUSE)
        await tallies.change("t", counted, follows=CAUSE)
        document = await raw(database)
        outbox = document["outbox"]
        assert isinstance(outbox, list)
        assert outbox[0]["causationId"] == CAUSE.id
        assert document["inbox"] == [CAUSE.id]

    async def test_a_change_that_changes_nothing_is_not_written(self, tallies: Documents[Tally]) -> None:
        inserted = await tallies.insert("t", Tally())
        assert await tallies.change("t", Change) == inserted
        assert await tallies.get("t") == inserted

    async def test_a_change_of_nothing_is_none(self, tallies: Documents[Tally]) -> None:
        assert await tallies.change("t", counted) is None

    async def test_the_inbox_keeps_the_newest_events(self, tallies: Documents[Tally]) -> None:
        stored = await tallies.insert("t", Tally())
        causes = [enveloped(requested(terms()), "challenge-1") for _ in range(INBOX_SIZE + 3)]
        for cause in causes:
            stored = await tallies.save(stored, Tally(), cause=cause)
        expected = tuple(cause.id for cause in causes[-INBOX_SIZE:])
        assert stored.inbox == expected
        read = await tallies.get("t")
        assert read is not None
        assert read.inbox == expected

    async def test_finding_sorts_and_limits(self, tallies: Documents[Tally]) -> None:
        for number in (3, 1, 2):
            await tallies.insert(f"t{number}", Tally(times_counted=number))
        found = await tallies.find({"state.timesCounted": {"$lte": 2}}, sort=[("state.timesCounted", 1)])
        assert [stored.id for stored in found] == ["t1", "t2"]
        assert len(await tallies.find({}, limit=2)) == 2

    async def test_what_is_deleted_is_gone(self, tallies: Documents[Tally]) -> None:
        await tallies.insert("t", Tally())
        await tallies.delete("t")
        assert await tallies.get("t") is None


LATER = NOON + timedelta(hours=1)
PEOPLE: tuple[Document, ...] = (
    {"_id": "north/ann", "state": {"name": "ann", "age": 30, "at": NOON, "tags": ["x"]}},
    {
        "_id": "north/ben",
        "state": {"name": "ben", "age": 40, "at": NOON + timedelta(hours=1), "gone": None, "tags": []},
    },
    {"_id": "south/cat", "state": {"name": "cat", "age": None, "at": None, "gone": NOON}},
)


class CollectionBehaviour:
    """What the services ask of a collection, on any `database`."""

    @pytest.fixture
    async def people(self, database: Database) -> Collection:
        people = database.collection("people")
        for person in PEOPLE:
            await people.insert_one(dict(person))
        return people

    @pytest.mark.parametrize(
        ("criteria", "names"),
        [
            ({}, "ann ben cat"),
            ({"state.name": "ann"}, "ann"),
            ({"state.name": "ann", "state.age": 31}, ""),
            ({"state.gone": None}, "ann ben"),
            ({"state.age": {"$gt": 30}}, "ben"),
            ({"state.age": {"$gte": 30, "$lt": 40}}, "ann"),
            ({"state.at": {"$lte": NOON}}, "ann"),
            ({"state.at": {"$gt": NOON}}, "ben"),
            ({"state.name": {"$lte": "b"}}, "ann"),
            ({"_id": {"$gt": "north/", "$lt": "north0"}}, "ann ben"),
            ({"_id": {"$regex": "^north/"}}, "ann ben"),
            ({"state.name": {"$in": ["ann", "cat", "dan"]}}, "ann cat"),
            ({"state.name": {"$nin": ["ann", "dan"]}}, "ben cat"),
            ({"state.gone": {"$exists": True}}, "ben cat"),
            ({"state.tags": {"$size": 0}}, "ben"),
            ({"state.tags.0": {"$exists": True}}, "ann"),
            ({"$or": [{"state.name": "ann"}, {"state.age": 40}]}, "ann ben"),
        ],
    )
    async def test_criteria(self, people: Collection, criteria: Document, names: str) -> None:
        found = [person["state"]["name"] async for person in people.find(criteria)]
        assert sorted(found) == names.split()
        assert await people.count_documents(criteria) == len(found)

    async def test_sorting_puts_nothing_first(self, people: Collection) -> None:
        rising = [person["state"]["name"] async for person in people.find({}, sort=[("state.age", 1)])]
        falling = [person["state"]["name"] async for person in people.find({}, sort=[("state.age", -1)], limit=2)]
        assert (rising, falling) == (["cat", "ann", "ben"], ["ben", "ann"])

    async def test_what_is_found_is_a_copy(self, people: Collection) -> None:
        found = await people.find_one({"_id": "north/ann"})
        assert found
        found["state"]["name"] = "eve"
        assert await people.find_one({"state.name": "eve"}) is None

    async def test_times_are_kept_to_the_millisecond_in_utc(self, people: Collection) -> None:
        await people.insert_one({"_id": "d", "at": NOON + timedelta(microseconds=1_999)})
        found = await people.find_one({"_id": "d"})
        assert found
        assert found["at"] == NOON + timedelta(milliseconds=1)

    async def test_deleting(self, people: Collection) -> None:
        assert (await people.delete_one({"state.gone": None})).deleted_count == 1
        assert (await people.delete_many({"_id": {"$regex": "^(north|south)/"}})).deleted_count == 2
        assert await people.count_documents({}) == 0

    async def test_a_unique_index_refuses_the_second(self, people: Collection) -> None:
        await people.create_index("state.name", unique=True)
        with pytest.raises(DuplicateKeyError):
            await people.insert_one({"_id": "other", "state": {"name": "ann"}})

    async def test_a_partial_index_leaves_out_what_does_not_match(self, people: Collection) -> None:
        only = {"state.ticket": {"$type": "string"}}
        await people.create_index("state.ticket", unique=True, partialFilterExpression=only)
        await people.insert_one({"_id": "e", "state": {"ticket": None}})
        await people.insert_one({"_id": "f", "state": {"ticket": None}})
        await people.insert_one({"_id": "g", "state": {"ticket": "t"}})
        with pytest.raises(DuplicateKeyError):
            await people.insert_one({"_id": "h", "state": {"ticket": "t"}})

    async def test_a_unique_value_is_free_again_once_it_was_changed_or_deleted(self, people: Collection) -> None:
        await people.create_index("state.name", unique=True)
        await people.update_one({"_id": "north/ann"}, {"$set": {"state.name": "eve"}})
        await people.delete_one({"_id": "north/ben"})
        for number, name in enumerate(("ann", "ben")):
            await people.insert_one({"_id": f"other/{number}", "state": {"name": name}})
        with pytest.raises(DuplicateKeyError):
            await people.update_one({"_id": "other/0"}, {"$set": {"state.name": "eve"}})
