"""How soon the relay tries again what Kafka did not take."""

import asyncio

from schemas.envelope import Envelope
from schemas.topics import Topic
from services.kit.mongo.document import Documents
from services.kit.mongo.relay import RETRY_CAP, PublishFailedError, Relay
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.tally import Tally, told

MOST_TURNS = 50
"""Of the event loop: a wait of a quarter of a second has thousands."""


class SlowPublisher:
    """Takes longer to fail than the relay waits, as while Kafka is away, and then takes everything."""

    def __init__(self) -> None:
        self.failed = asyncio.Event()
        self.again = asyncio.Event()

    async def publish(self, topic: Topic, envelope: Envelope) -> None:
        """Note the second attempt."""
        assert type(envelope.event) in topic.events
        if self.failed.is_set():
            self.again.set()
            return
        await asyncio.sleep(RETRY_CAP + 0.1)
        self.failed.set()
        raise PublishFailedError


async def test_an_attempt_that_took_longer_than_the_wait_is_followed_by_the_next_at_once() -> None:
    publisher, clock = SlowPublisher(), FixedClock()
    relay = Relay(publisher, clock)
    tallies = Documents(MemoryDatabase().collection("tallies"), Tally, relay=relay, clock=clock, source="enrollment")
    await tallies.insert("t", Tally(), (told(1),))
    await publisher.failed.wait()
    turns = 0
    while not publisher.again.is_set():
        await asyncio.sleep(0)
        turns += 1
    await relay.stop()
    assert turns < MOST_TURNS
