"""What happens between a claim and the call of the provider: what comes in between decides, up to the last moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from schemas.base import Purpose
from schemas.enrollment import Destination
from schemas.envelope import Envelope
from schemas.verification import ChallengeTerms
from services.kit.clock import monotonic
from services.kit.config.file import SharedConfig
from services.kit.config.messages import Budget, MessageBudgets
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.mongo.document import Stored
from services.kit.mongo.relay import Relay
from services.notifier.channels.sms import TextMessages
from services.notifier.dependencies import Dependencies
from services.notifier.dispatcher import Dispatcher
from services.notifier.domain import attempts
from services.notifier.domain.breakers import Verdict
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.lateness import Usual
from services.notifier.domain.limits import LimitReached
from services.notifier.handlers.attempt import DeliveryAttempt
from services.notifier.handlers.delivering import deliver
from services.notifier.handlers.endings import cancel_deliveries
from services.notifier.handlers.requests import accept_request
from services.notifier.line import Line
from services.notifier.providers.base import Acceptance, Message, ProviderError, TransientError
from services.notifier.store import Store
from tests.support.builders.challenges import NUMBER, TENANT, USER, cancelled, enveloped, requested, terms
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.waiting import until

TERMS = terms()
Happens = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """Nothing happens."""


@dataclass(frozen=True)
class EventfulStore(Store):
    """A store in which something happens before a step of its own, or after the limits of a number are counted."""

    happens: dict[str, Happens] = field(default_factory=dict)

    async def take(
        self, number_hashes: Sequence[str], delivery: Delivery, purpose: Purpose | None, budget: Budget, *, at: datetime
    ) -> LimitReached | None:
        taken = await super().take(number_hashes, delivery, purpose, budget, at=at)
        await self.happens.get("counted", nothing)()
        return taken

    async def claim(self, stored: Stored[Delivery], claimed: Delivery) -> Stored[Delivery] | None:
        await self.happens.get("claiming", nothing)()
        return await super().claim(stored, claimed)

    async def add(self, delivery: Delivery, cause: Envelope) -> bool:
        await self.happens.get("adding", nothing)()
        return await super().add(delivery, cause)


class NotingProvider:
    """Takes every message, or fails as it is told to."""

    name = "a"

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.fails: ProviderError | None = None

    async def send(self, message: Message) -> Acceptance:
        if self.fails:
            raise self.fails
        self.taken.append(message)
        return Acceptance("SM1")


class World:
    """A notifier in memory."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.publisher = NotingPublisher()
        self.relay = Relay(self.publisher, self.clock)
        database = MemoryDatabase()
        opened = Store.open(database, self.relay, self.clock)
        self.store = EventfulStore(database, opened.deliveries, opened.sends, opened.cancellations, opened.breakers)
        self.happens = self.store.happens
        keys, config = keyring("notifier"), SharedConfig(tenants={}, clients={})
        self.deps = Dependencies(self.store, config, self.clock, keys, Sealer(keys), "localhost")
        self.provider = NotingProvider()
        self.line = Line(TextMessages(), (self.provider,))

    async def queue(self, send: int = 1, *, of: ChallengeTerms = TERMS, to: str = NUMBER) -> bool:
        """Ask for the code, for the first time or once more."""
        binding = Binding(TENANT, USER, of.method_id, of.challenge_id)
        sealed = Sealer(keyring("enrollment")).seal("destination", to.encode(), binding)
        destination = Destination(sealed=sealed, masked="••42")
        event = requested(of).model_copy(update={"send": send, "destination": destination})
        envelope = enveloped(event, of.challenge_id)
        return bool(
            await accept_request(event, envelope, store=self.store, clock=self.clock, provider="a", usual=Usual())
        )

    async def texted(self, to: str, minute: int, purpose: Purpose = "registration") -> Delivery:
        """What became of the code of another challenge, that minute."""
        self.clock.advance(timedelta(minutes=1))
        of = terms(f"challenge-{minute}", purpose=purpose, number=to, created_at=self.clock.now())
        await self.queue(of=of, to=to)
        return await self.attempt(of=of)

    async def cancel(self) -> None:
        """Hear that the challenge is over."""
        event = cancelled(TERMS)
        envelope = enveloped(event, TERMS.challenge_id)
        await cancel_deliveries(event, envelope, store=self.store, clock=self.clock)

    async def stored(self, send: int = 1, of: ChallengeTerms = TERMS) -> Stored[Delivery]:
        """The delivery as it is now."""
        found = await self.store.deliveries.get(f"{TENANT}/{of.challenge_id}:{send}")
        assert found
        return found

    async def take_over(self, of: ChallengeTerms = TERMS) -> None:
        """Another replica claims it."""
        stored = await self.stored(of=of)
        await self.store.claim(stored, attempts.claimed(stored.state, provider="a", at=self.clock.now()))

    async def attempt(self, send: int = 1, *, within: float = 60.0, of: ChallengeTerms = TERMS) -> Delivery:
        """Claim it, deliver it, write down what came of it."""
        before = await self.stored(send, of)
        claim = attempts.claimed(before.state, provider="a", at=self.clock.now())
        claimed = await self.store.claim(before, claim)
        assert claimed
        made = DeliveryAttempt(claimed.state, self.line.channel, self.provider, ("a",), monotonic() + within)
        outcome = await deliver(made, self.deps)
        await self.store.change(claimed.state, outcome.decide)
        return (await self.stored(send, of)).state


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.relay.stop()


async def test_a_code_is_sent(world: World) -> None:
    assert await world.queue()
    assert (await world.attempt()).status == "sent"
    assert [message.to for message in world.provider.taken] == [NUMBER]


async def test_what_is_cancelled_while_the_limits_are_counted_is_not_sent(world: World) -> None:
    await world.queue()
    world.happens["counted"] = world.cancel
    assert (await world.attempt()).status == "cancelled"
    assert not world.provider.taken


async def test_what_dies_while_the_limits_are_counted_is_not_sent(world: World) -> None:
    async def pass_time() -> None:
        world.clock.advance(timedelta(minutes=5))

    await world.queue()
    world.happens["counted"] = pass_time
    ended = await world.attempt()
    assert (ended.status, ended.reason) == ("failed", "expiredBeforeSending")
    assert not world.provider.taken


async def test_what_dies_after_a_provider_failed_it_is_the_providers_failure(world: World) -> None:
    world.provider.fails = TransientError("HTTP 500")
    await world.queue()
    assert (await world.attempt()).status == "queued"
    world.clock.advance(timedelta(minutes=5))
    ended = await world.attempt()
    assert (ended.status, ended.reason) == ("failed", "providerUnavailable")


async def test_what_somebody_else_took_over_is_left_to_them(world: World) -> None:
    await world.queue()
    world.happens["counted"] = world.take_over
    left = await world.attempt()
    assert (left.status, left.attempts, left.uncertain) == ("sending", 2, "a")
    assert not world.provider.taken


async def test_whoever_is_late_does_not_send(world: World) -> None:
    await world.queue()
    assert (await world.attempt(within=0.0)).status == "sending"
    assert not world.provider.taken


async def test_a_claim_that_took_long_to_write_leaves_no_time_to_send(world: World) -> None:
    async def take_long() -> None:
        await asyncio.sleep(0.2)

    async def is_claimed() -> bool:
        return (await world.stored()).state.status == "sending"

    await world.queue()
    world.happens["claiming"] = take_long
    dispatcher = Dispatcher([world.line], world.deps, within=0.1)
    dispatcher.start()
    await until(is_claimed)
    await dispatcher.stop()
    assert (await world.stored()).state.status == "sending"
    assert not world.provider.taken


async def test_a_request_of_a_challenge_that_is_over_is_not_queued(world: World) -> None:
    await world.cancel()
    assert not await world.queue()
    assert await world.store.of_challenge(TENANT, TERMS.challenge_id) == []


async def test_a_cancellation_between_looking_and_queueing_is_noticed(world: World) -> None:
    world.happens["adding"] = world.cancel
    assert await world.queue()
    assert (await world.stored()).state.status == "cancelled"


async def test_a_further_message_to_a_number_waits_its_turn_and_is_then_as_if_it_were_new(world: World) -> None:
    for send in (1, 2):
        await world.queue(send)
    await world.attempt()
    world.clock.advance(timedelta(seconds=4))
    waiting = await world.attempt(2)
    assert (waiting.status, waiting.next_attempt_at) == ("queued", world.clock.now() + timedelta(seconds=7))
    world.clock.advance(timedelta(seconds=6))
    assert (await world.attempt(2)).status == "sent"
    assert len(world.provider.taken) == 2


async def test_what_is_cancelled_while_it_waits_its_turn_is_not_sent(world: World) -> None:
    for send in (1, 2):
        await world.queue(send)
    await world.attempt()
    await world.attempt(2)
    await world.cancel()
    assert (await world.stored(2)).state.status == "cancelled"
    assert len(world.provider.taken) == 1


async def test_waits_before_another_attempt_are_spread(world: World) -> None:
    world.provider.fails = TransientError("HTTP 500")
    waits = list[timedelta]()
    await world.queue()
    claim = attempts.claimed((await world.stored()).state, provider="a", at=world.clock.now())
    await world.store.claim(await world.stored(), claim)
    for _ in range(20):
        made = DeliveryAttempt(claim, world.line.channel, world.provider, ("a",), monotonic() + 60)
        following = (await deliver(made, world.deps)).decide(claim).state.next_attempt_at
        assert following
        waits.append(following - world.clock.now())
    assert len(set(waits)) > 1
    assert all(timedelta(seconds=0.75) <= wait <= timedelta(seconds=1.25) for wait in waits)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TransientError("HTTP 500"), "fails"),
        (TransientError("HTTP 429", retry_after=3.0), "throttles"),
        (TransientError("HTTP 400", reason="providerRefused", of_message=True), None),
    ],
)
async def test_that_one_number_is_refused_says_nothing_of_the_provider(
    world: World, error: TransientError, verdict: Verdict | None
) -> None:
    world.provider.fails = error
    await world.queue()
    claim = attempts.claimed((await world.stored()).state, provider="a", at=world.clock.now())
    await world.store.claim(await world.stored(), claim)
    made = DeliveryAttempt(claim, world.line.channel, world.provider, ("a", "b"), monotonic() + 60)
    outcome = await deliver(made, world.deps)
    assert outcome.verdict == verdict
    assert outcome.decide(claim).state.provider == "b"


async def test_another_extension_is_the_same_number(world: World) -> None:
    extensions = [f"{NUMBER};ext={number}" for number in range(10)]
    ended = [await world.texted(number, minute) for minute, number in enumerate([NUMBER, *extensions])]
    assert [delivery.status for delivery in ended].count("sent") == 10
    assert ended[10].reason == "sendLimitReached"


async def test_ten_resets_and_ten_strangers_leave_the_owner_the_code_to_sign_in(world: World) -> None:
    anybody: tuple[Purpose, ...] = ("passwordReset", "registration")
    purposes: tuple[Purpose, ...] = (*anybody * 10, "signIn")
    ended = [await world.texted(NUMBER, minute, purpose) for minute, purpose in enumerate(purposes)]
    assert [delivery.status for delivery in ended].count("sent") == 11
    assert ended[-1].status == "sent"


async def test_a_budget_holds_with_many_messages_at_once(world: World) -> None:
    delivery = await world.texted(NUMBER, 0, "signIn")
    budget = MessageBudgets().number.model_copy(update={"messages": "4/second"})
    many = [delivery.model_copy(update={"id": f"d-{number}"}) for number in range(30)]
    at = world.clock.now() + timedelta(minutes=1)
    taken = await asyncio.gather(*(Store.take(world.store, "hash", one, "registration", budget, at=at) for one in many))
    assert taken.count(None) == 1
