"""What is known, supposed or remembered of a document, as one suite of behaviour."""

import asyncio

import pytest

from services.kit.decision import Change
from services.kit.errors import ChallengeEndedError
from services.kit.mongo.client import Database
from services.kit.mongo.document import (
    Documents,
    Stored,
)
from services.kit.mongo.relay import Relay
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.tallies import CAUSE, DocumentsToTry, Door, knocked
from tests.support.in_memory.tally import Tally, counted


class KnownBehaviour(DocumentsToTry):
    """A change may begin from what is known, where it still is so."""

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

    async def test_a_change_of_what_is_supposed_is_made_only_where_it_is_so(self, doors: Documents[Door]) -> None:
        apart_from = frozenset({"colour"})
        assert await doors.suppose("d", Door(), knocked, apart_from=apart_from) is None
        await doors.insert("d", Door(colour="red"))
        assert await doors.suppose("d", Door(), knocked) is None
        once = await doors.suppose("d", Door(), knocked, apart_from=apart_from)
        assert once == await doors.get("d") == Stored("d", 2, Door(knocks=1, marks=("x",), colour="red"))
        assert await doors.suppose("d", Door(), knocked, apart_from=apart_from) is None
        assert await doors.get("d") == once

    async def test_of_many_who_suppose_the_same_one_is_right(self, doors: Documents[Door]) -> None:
        await doors.insert("d", Door())
        changed = await asyncio.gather(*(doors.suppose("d", Door(), knocked) for _ in range(16)))
        assert [one.state.knocks for one in changed if one] == [1]

    async def test_what_tells_something_is_not_decided_on_what_is_supposed(self, tallies: Documents[Tally]) -> None:
        stored = await tallies.insert("t", Tally())
        assert await tallies.suppose("t", Tally(), counted) is None
        assert await tallies.suppose("t", Tally(), Change) is None
        assert await tallies.get("t") == stored

    async def test_who_never_tells_anything_is_not_looked_after_and_cannot_tell(self, database: Database) -> None:
        clock, collection = FixedClock(), database.collection("tallies")
        relay = Relay(NotingPublisher(), clock)
        silent = Documents(collection, Tally, relay=relay, clock=clock, source="enrollment", tells=False)
        await silent.insert("t", Tally())
        with pytest.raises(ValueError, match="no outbox"):
            await silent.change("t", counted)
        assert await silent.get("t") == Stored("t", 1, Tally())

    async def test_what_is_likely_new_is_changed_where_it_is_there(self, doors: Documents[Door]) -> None:
        assert await doors.change_or_insert("d", Door(), knocked, likely_new=True) == Stored(
            "d", 1, Door(knocks=1, marks=("x",))
        )
        again = await doors.change_or_insert("d", Door(), knocked, likely_new=True)
        assert (again.version, again.state.knocks) == (2, 2)

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
