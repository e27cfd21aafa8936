"""Documents to try things on: tallies that tell of each step, and doors that tell nothing."""

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict

from services.kit.decision import Change
from services.kit.mongo.client import Database
from services.kit.mongo.document import (
    Documents,
)
from services.kit.mongo.relay import Relay
from tests.support.builders.challenges import enveloped, requested, terms
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.in_memory.tally import Tally

CAUSE = enveloped(requested(terms()), "challenge-1")


async def raw(database: Database) -> dict[str, object]:
    document = await database.collection("tallies").find_one({"_id": "t"})
    assert document is not None
    return document


def counted_unreadable() -> float:
    return REGISTRY.get_sample_value("security_info_documents_unreadable_total", {"collection": "tallies"}) or 0.0


class Door(BaseModel):
    """A state of which a part does not matter to who counts."""

    model_config = ConfigDict(frozen=True)

    knocks: int = 0
    marks: tuple[str, ...] = ()
    colour: str | None = None


def knocked(door: Door) -> Change[Door]:
    """Once more."""
    return Change(door.model_copy(update={"knocks": door.knocks + 1, "marks": (*door.marks, "x")}))


def unpublished(database: Database, remembers: int = 0) -> Documents[Tally]:
    """Tallies whose events wait for good."""
    clock, publisher = FixedClock(), NotingPublisher()
    publisher.gate.clear()
    relay = Relay(publisher, clock)
    return Documents(
        database.collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment", remembers=remembers
    )


class DocumentsToTry:
    """On any `database`."""

    @pytest.fixture
    def doors(self, database: Database) -> Documents[Door]:
        """Documents without events."""
        clock = FixedClock()
        relay = Relay(NotingPublisher(), clock)
        return Documents(database.collection("doors"), Door, relay=relay, clock=clock, source="enrollment")

    @pytest.fixture
    def tallies(self, database: Database) -> Documents[Tally]:
        """Tallies whose relay is not running: what waits stays to be seen."""
        return unpublished(database)

    @pytest.fixture
    def remembering(self, database: Database) -> Documents[Tally]:
        """Those of another process, which remembers what it wrote."""
        return unpublished(database, remembers=10)
