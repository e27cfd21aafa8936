"""Documents in memory behave like those on a real database."""

import pytest

from services.enrollment.store import Store as EnrollmentStore
from services.kit.mongo.document import Documents
from services.kit.mongo.relay import Relay
from services.notifier.store import Store as NotifierStore
from services.verifier.store import Store as VerifierStore
from tests.support.clock import FixedClock
from tests.support.in_memory.collections import CollectionBehaviour
from tests.support.in_memory.documents import DocumentsBehaviour
from tests.support.in_memory.known import KnownBehaviour
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.queries import UnsupportedError
from tests.support.in_memory.tally import Tally, counted


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


class TestDocuments(DocumentsBehaviour, KnownBehaviour):
    """In memory."""


class TestCollection(CollectionBehaviour):
    """In memory."""

    async def test_what_it_cannot_do_it_says(self, database: MemoryDatabase) -> None:
        people = database.collection("people")
        await people.insert_one({"_id": "a"})
        with pytest.raises(UnsupportedError):
            await people.find_one({"_id": {"$near": 1}})


async def test_every_store_opens_in_memory() -> None:
    clock = FixedClock()
    relay = Relay(NotingPublisher(), clock)
    for store in (EnrollmentStore, NotifierStore, VerifierStore):
        opened = store.open(MemoryDatabase(), relay, clock)
        await opened.prepare()
        await opened.prepare()


async def test_what_is_committed_is_published_in_order_and_leaves_the_outbox(database: MemoryDatabase) -> None:
    clock, publisher = FixedClock(), NotingPublisher()
    relay = Relay(publisher, clock)
    tallies = Documents(database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment")
    relay.start()
    await tallies.insert("t", Tally())
    for _ in range(5):
        await tallies.change("t", counted)
    await relay.stop()
    assert publisher.sequences == [1, 2, 3, 4, 5]
    document = await database.collection("tallies").find_one({"_id": "t"})
    assert document is not None
    assert (document["outbox"], "relay" in document) == ([], False)
