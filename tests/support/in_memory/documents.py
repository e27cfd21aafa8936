"""The behaviour of documents: state, inbox and outbox in one write, whoever else writes; and of what finds them."""

import asyncio
from typing import cast

import pytest

from services.kit.decision import Change
from services.kit.mongo.client import Database, Document
from services.kit.mongo.document import (
    INBOX_SIZE,
    AlreadyHandledError,
    Documents,
    DuplicateDocumentError,
    StaleDocumentError,
    Stored,
)
from services.kit.mongo.reading import UnreadableDocumentError
from services.kit.mongo.relay import LEASE
from tests.support.builders.challenges import enveloped, requested, terms
from tests.support.clock import NOON
from tests.support.in_memory.tallies import CAUSE, DocumentsToTry, counted_unreadable, raw
from tests.support.in_memory.tally import Tally, counted, told


class DocumentsBehaviour(DocumentsToTry):
    """What documents do, on any `database`."""

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
