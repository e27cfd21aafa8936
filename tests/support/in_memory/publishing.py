"""A publisher that notes what it is given, and fails when it is told to."""

import asyncio
from collections.abc import Callable

from schemas.envelope import Envelope
from schemas.topics import Topic
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import PublishFailedError


class NotingPublisher:
    """Takes events into `published`, or `refused` where it fails; `fails`, `too_large` and `hangs` decide about each,
    `gate` holds them all while it is closed, `hung` lets those go that hang."""

    def __init__(self, fails: Callable[[Envelope], bool] = lambda _: False) -> None:
        self.published: list[Envelope] = []
        self.refused: list[Envelope] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = fails
        self.too_large: Callable[[Envelope], bool] = lambda _: False
        self.hangs: Callable[[Envelope], bool] = lambda _: False
        self.hung = asyncio.Event()

    async def publish(self, topic: Topic, envelope: Envelope) -> None:
        """Note the event, or raise `PublishFailedError` or `EventTooLargeError`."""
        assert type(envelope.event) in topic.events
        await self.gate.wait()
        if self.hangs(envelope):
            await self.hung.wait()
        if self.too_large(envelope):
            raise EventTooLargeError
        if self.fails(envelope):
            self.refused.append(envelope)
            raise PublishFailedError
        self.published.append(envelope)

    @property
    def sequences(self) -> list[int | None]:
        """The sequence numbers in the order of publishing."""
        return [envelope.sequence for envelope in self.published]
