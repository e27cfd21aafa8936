"""What two subscriptions of one process do with the same event."""

import asyncio
from dataclasses import replace

import pytest

from schemas.envelope import Envelope
from schemas.verification import ChallengeExpired
from services.kit.kafka.handlers import EventHandlers
from tests.support.builders.challenges import enveloped
from tests.support.clock import NOON

EVENT = ChallengeExpired(challenge_id="challenge-1", method_id="method-1", purpose="stepUp", expired_at=NOON)


class Handling:
    """Notes what begins and ends; goes on when it is told to."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.may_end = asyncio.Event()
        self.fails = False
        handlers = EventHandlers()
        handlers.on(ChallengeExpired)(self.handle)
        self.handlers = handlers.one_at_a_time()

    async def handle(self, _: ChallengeExpired, cause: Envelope) -> None:
        self.noted.append(f"{cause.id} begins")
        await self.may_end.wait()
        if self.fails:
            self.fails = False
            raise ConnectionError
        self.noted.append(f"{cause.id} ends")

    def take(self, identifier: str) -> asyncio.Task[None]:
        handler = self.handlers.find("ChallengeExpired")
        assert handler
        return asyncio.ensure_future(handler(EVENT, replace(enveloped(EVENT, EVENT.challenge_id), id=identifier)))


async def test_an_event_that_comes_by_two_ways_is_handled_by_one_after_the_other() -> None:
    handling = Handling()
    both = [handling.take("a"), handling.take("a")]
    await asyncio.sleep(0)
    assert handling.noted == ["a begins"]
    handling.may_end.set()
    await asyncio.gather(*both)
    assert handling.noted == ["a begins", "a ends", "a begins", "a ends"]


async def test_others_do_not_wait_for_it() -> None:
    handling = Handling()
    both = [handling.take("a"), handling.take("b")]
    await asyncio.sleep(0)
    assert handling.noted == ["a begins", "b begins"]
    handling.may_end.set()
    await asyncio.gather(*both)


async def test_where_one_fails_or_is_given_up_the_other_handles_it() -> None:
    handling = Handling()
    handling.fails = True
    failing, other, given_up = (handling.take("a") for _ in range(3))
    await asyncio.sleep(0)
    given_up.cancel()
    handling.may_end.set()
    with pytest.raises(ConnectionError):
        await failing
    await other
    assert given_up.cancelled()
    assert handling.noted == ["a begins", "a begins", "a ends"]
