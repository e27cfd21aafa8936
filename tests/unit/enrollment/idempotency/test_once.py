"""A request that is repeated with its key gets the first response and does nothing again."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.enrollment.idempotency.domain import GIVEN_UP_AFTER, StoredResponse
from services.enrollment.idempotency.handlers import FirstResponse, Idempotency
from services.enrollment.idempotency.store import StoredResponses
from services.enrollment.tokens import Caller
from services.kit.errors import IdempotencyConflictError, UnavailableError, UnknownUserError
from services.kit.ids import repeatable_id, repeatable_token
from services.kit.mongo.document import Stored
from services.kit.mongo.relay import Relay
from tests.support.builders.keys import keyring, rotating
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher

CALLER = Caller("platform", "northbridge", frozenset())
REQUEST = 'POST /things\n{"name":"lamp"}'


@dataclass
class Endpoint:
    """Makes something whenever it is called."""

    times_called: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def made(self) -> FirstResponse:
        self.times_called += 1
        return FirstResponse(201, f'{{"secret":"hunter{self.times_called}"}}')

    async def refused(self) -> FirstResponse:
        self.times_called += 1
        raise UnknownUserError

    async def slow(self) -> FirstResponse:
        await self.gate.wait()
        return await self.made()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def responses(clock: FixedClock, database: MemoryDatabase) -> StoredResponses:
    relay = Relay(NotingPublisher(), clock)
    return StoredResponses(
        database.collection("answers"), StoredResponse, relay=relay, clock=clock, source="enrollment"
    )


@pytest.fixture
def idempotency(clock: FixedClock, responses: StoredResponses) -> Idempotency:
    return Idempotency(responses, keyring("enrollment"), clock)


async def test_the_same_key_gets_the_first_response(idempotency: Idempotency, endpoint: Endpoint) -> None:
    first = await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    assert first == await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    assert first == FirstResponse(201, '{"secret":"hunter1"}')
    assert endpoint.times_called == 1


async def test_another_key_or_none_or_another_client_does_it_again(
    idempotency: Idempotency, endpoint: Endpoint
) -> None:
    for key, caller in (
        ("a", CALLER),
        ("b", CALLER),
        (None, CALLER),
        (None, CALLER),
        ("a", Caller("other", "northbridge", frozenset())),
        ("a", Caller("platform", "southbridge", frozenset())),
    ):
        await idempotency.once(key, caller, REQUEST, endpoint.made)
    assert endpoint.times_called == 6


async def test_the_key_of_another_request_is_refused(idempotency: Idempotency, endpoint: Endpoint) -> None:
    await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    with pytest.raises(IdempotencyConflictError) as refused:
        await idempotency.once("a", CALLER, "POST /things\n{}", endpoint.made)
    assert refused.value.headers == {}
    assert endpoint.times_called == 1


async def test_while_the_first_request_is_at_work_the_second_is_told_to_come_again(
    idempotency: Idempotency, endpoint: Endpoint
) -> None:
    first = asyncio.create_task(idempotency.once("a", CALLER, REQUEST, endpoint.slow))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyConflictError) as refused:
        await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    assert refused.value.headers == {"Retry-After": "1"}
    endpoint.gate.set()
    assert await first == await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    assert endpoint.times_called == 1


async def test_a_key_whose_first_request_died_can_be_used_after_a_minute(
    idempotency: Idempotency, endpoint: Endpoint, clock: FixedClock
) -> None:
    dead = asyncio.create_task(idempotency.once("a", CALLER, REQUEST, endpoint.slow))
    await asyncio.sleep(0)
    clock.advance(GIVEN_UP_AFTER)
    with pytest.raises(IdempotencyConflictError):
        await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    clock.advance(timedelta(seconds=1))
    again = await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    endpoint.gate.set()
    assert await dead != again
    assert await idempotency.once("a", CALLER, REQUEST, endpoint.made) == again


async def test_a_refusal_frees_the_key(idempotency: Idempotency, endpoint: Endpoint) -> None:
    with pytest.raises(UnknownUserError):
        await idempotency.once("a", CALLER, REQUEST, endpoint.refused)
    assert await idempotency.once("a", CALLER, "another request", endpoint.made) == FirstResponse(
        201, '{"secret":"hunter2"}'
    )


@pytest.mark.parametrize("failure", [AutoReconnect("lost"), UnavailableError(), asyncio.CancelledError()])
async def test_what_may_have_been_done_keeps_its_key_and_goes_on_with_the_same_ids(
    idempotency: Idempotency, endpoint: Endpoint, clock: FixedClock, failure: BaseException
) -> None:
    made: list[tuple[str, str]] = []

    async def names_what_it_makes() -> FirstResponse:
        made.append((repeatable_id("thing"), repeatable_token("thing")))
        assert repeatable_id("thing") != repeatable_id("other thing")
        if len(made) == 1:
            raise failure
        return await endpoint.made()

    with pytest.raises(type(failure)):
        await idempotency.once("a", CALLER, REQUEST, names_what_it_makes)
    clock.advance(timedelta(hours=1))
    with pytest.raises(IdempotencyConflictError):
        await idempotency.once("a", CALLER, "another request", endpoint.made)
    first = await idempotency.once("a", CALLER, REQUEST, names_what_it_makes)
    assert await idempotency.once("a", CALLER, REQUEST, names_what_it_makes) == first
    assert len(made) == 2
    assert made[0] == made[1]
    await idempotency.once("b", CALLER, REQUEST, names_what_it_makes)
    assert made[2] != made[0]
    assert repeatable_id("thing") != repeatable_id("thing")


async def test_who_goes_on_with_it_is_alone(idempotency: Idempotency, endpoint: Endpoint, clock: FixedClock) -> None:
    dead = asyncio.create_task(idempotency.once("a", CALLER, REQUEST, endpoint.slow))
    await asyncio.sleep(0)
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    second = asyncio.create_task(idempotency.once("a", CALLER, REQUEST, endpoint.slow))
    for _ in range(5):
        await asyncio.sleep(0)
    clock.advance(GIVEN_UP_AFTER)
    with pytest.raises(IdempotencyConflictError):
        await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    endpoint.gate.set()
    assert (await second).status == 201
    assert endpoint.times_called == 1


async def test_neither_the_key_nor_the_request_nor_the_response_can_be_read(
    idempotency: Idempotency, endpoint: Endpoint, database: MemoryDatabase
) -> None:
    await idempotency.once("my-key", CALLER, REQUEST, endpoint.made)
    stored = str(database.documents("answers"))
    assert stored.count("northbridge/") >= 1
    assert not any(plain in stored for plain in ("my-key", "lamp", "hunter"))


async def test_a_key_that_was_used_before_the_index_key_was_rotated_is_known_afterwards(
    responses: StoredResponses, endpoint: Endpoint, clock: FixedClock
) -> None:
    keys = rotating("enrollment", "index", clock, at=clock.now() + GIVEN_UP_AFTER)
    idempotency = Idempotency(responses, keys, clock)
    before = await idempotency.once("a", CALLER, REQUEST, endpoint.made)
    clock.advance(GIVEN_UP_AFTER)

    assert await idempotency.once("a", CALLER, REQUEST, endpoint.made) == before
    with pytest.raises(IdempotencyConflictError):
        await idempotency.once("a", CALLER, "another request", endpoint.made)
    assert await idempotency.once("b", CALLER, REQUEST, endpoint.made) != before
    assert len({stored.id async for stored in responses.each({})}) == endpoint.times_called == 2


@pytest.mark.parametrize("first", ["behind", "ahead"])
async def test_replicas_that_disagree_on_which_index_key_is_in_use_do_nothing_twice(
    first: str, responses: StoredResponses, endpoint: Endpoint, clock: FixedClock
) -> None:
    at, ahead_clock = clock.now() + timedelta(seconds=1), FixedClock(clock.now() + timedelta(seconds=2))
    replicas = {
        "behind": Idempotency(responses, rotating("enrollment", "index", clock, at=at), clock),
        "ahead": Idempotency(responses, rotating("enrollment", "index", ahead_clock, at=at), ahead_clock),
    }
    other = replicas["ahead" if first == "behind" else "behind"]

    async def while_the_other_is_asked() -> FirstResponse:
        with pytest.raises(IdempotencyConflictError):
            await other.once("a", CALLER, REQUEST, endpoint.made)
        return await endpoint.made()

    answer = await replicas[first].once("a", CALLER, REQUEST, while_the_other_is_asked)

    assert await other.once("a", CALLER, REQUEST, endpoint.made) == answer
    assert endpoint.times_called == 1


async def test_replicas_that_claim_a_key_under_two_names_at_the_same_moment_do_nothing_twice(
    database: MemoryDatabase, responses: StoredResponses, endpoint: Endpoint, clock: FixedClock
) -> None:
    at, ahead_clock = clock.now() + timedelta(seconds=1), FixedClock(clock.now() + timedelta(seconds=2))
    ahead = Idempotency(responses, rotating("enrollment", "index", ahead_clock, at=at), ahead_clock)

    class Overtaken(StoredResponses):
        async def insert(self, *arguments: Any, **named: Any) -> Stored[StoredResponse]:
            await ahead.once("a", CALLER, REQUEST, endpoint.made)
            return await super().insert(*arguments, **named)

    relay = Relay(NotingPublisher(), clock)
    overtaken = Overtaken(database.collection("answers"), StoredResponse, relay=relay, clock=clock, source="enrollment")
    behind = Idempotency(overtaken, rotating("enrollment", "index", clock, at=at), clock)

    with pytest.raises(IdempotencyConflictError) as told:
        await behind.once("a", CALLER, REQUEST, endpoint.made)

    assert told.value.headers["Retry-After"] == "1"
    assert (await behind.once("a", CALLER, REQUEST, endpoint.made)).body == '{"secret":"hunter1"}'
    assert endpoint.times_called == 1
