"""A write that reached the database while its answer got lost: its events keep their place and go out soon."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo.errors import AutoReconnect

from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents, DuplicateDocumentError
from services.kit.mongo.relay import Relay
from tests.support.builders.challenges import enveloped, requested, terms
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.tally import Tally, counted, told
from tests.support.servers.lost_answers import LosingAnswers
from tests.support.waiting import until

CAUSE = enveloped(requested(terms()), "challenge-1")
BELOW_THE_SWEEP = 5.0
"""Seconds; the sweeper of the relay takes over only after 15."""


@pytest.fixture
def publisher() -> NotingPublisher:
    return NotingPublisher()


@pytest.fixture
def collection(database: Database) -> LosingAnswers:
    return LosingAnswers(database.collection("tallies"))


@pytest.fixture
async def tallies(collection: LosingAnswers, publisher: NotingPublisher) -> AsyncIterator[Documents[Tally]]:
    clock = FixedClock()
    relay = Relay(publisher, clock)
    documents = Documents(collection.as_collection, Tally, relay=relay, clock=clock, source="enrollment")
    await relay.prepare()
    relay.start()
    yield documents
    await relay.stop()


async def test_the_next_commit_does_not_overtake_what_was_written_without_an_answer(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    await tallies.insert("t", Tally())
    collection.lose = 1
    with pytest.raises(AutoReconnect):
        await tallies.change("t", counted)
    await tallies.change("t", counted)
    await tallies.change("t", counted)
    await until(lambda: len(publisher.published) >= 3, BELOW_THE_SWEEP)
    assert publisher.sequences == [1, 2, 3]


async def test_a_handler_that_is_tried_again_finds_its_work_done_and_told(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    await tallies.insert("t", Tally())
    collection.lose = 1
    with pytest.raises(AutoReconnect):
        await tallies.change("t", counted, CAUSE)
    again = await tallies.change("t", counted, CAUSE)
    assert again is not None
    assert again.state == Tally(times_counted=1)
    await until(lambda: publisher.sequences == [1], BELOW_THE_SWEEP)


async def test_it_is_published_soon_even_if_nobody_reads_the_document(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    collection.lose = 1
    with pytest.raises(AutoReconnect):
        await tallies.insert("t", Tally(), (told(1),))
    await until(lambda: publisher.sequences == [1], BELOW_THE_SWEEP)


async def test_a_document_that_was_made_without_an_answer_tells_of_it_before_anything_else(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    collection.lose = 1
    with pytest.raises(AutoReconnect):
        await tallies.insert("t", Tally(times_counted=1), (told(1),))
    with pytest.raises(DuplicateDocumentError):
        await tallies.insert("t", Tally(times_counted=1), (told(1),))
    await tallies.change("t", counted)
    await until(lambda: len(publisher.published) >= 2, BELOW_THE_SWEEP)
    assert publisher.sequences == [1, 2]


async def test_a_commit_that_comes_before_the_answer_of_the_one_before_it_is_published_after_it(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    await tallies.insert("t", Tally())
    collection.written.clear()
    collection.hold = slow = asyncio.Event()
    first = asyncio.create_task(tallies.change("t", counted))
    await collection.written.wait()
    await tallies.change("t", counted)
    slow.set()
    await first
    await until(lambda: len(publisher.published) >= 2, BELOW_THE_SWEEP)
    await tallies.change("t", counted)
    await until(lambda: len(publisher.published) >= 3, BELOW_THE_SWEEP)
    assert publisher.sequences == [1, 2, 3]


async def test_a_request_that_was_given_up_while_it_wrote_is_told_all_the_same(
    tallies: Documents[Tally], collection: LosingAnswers, publisher: NotingPublisher
) -> None:
    await tallies.insert("t", Tally())
    collection.written.clear()
    collection.hold = asyncio.Event()
    given_up = asyncio.create_task(tallies.change("t", counted))
    await collection.written.wait()
    given_up.cancel()
    await until(lambda: publisher.sequences == [1], BELOW_THE_SWEEP)
