"""An `Idempotency-Key` on a real database: whatever fails after the commit, a repeated request does nothing twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from schemas.enrollment import MethodRequested
from services.enrollment.challenges.domain.challenge import Challenge, Context
from services.enrollment.challenges.handlers.opening import AskProof, ask_proof
from services.enrollment.challenges.handlers.platform import send_again
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.idempotency.handlers import FirstResponse, Idempotency
from services.enrollment.methods.phone.handlers import TypedPhone, a_phone
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.registrations.handlers import register_known
from services.enrollment.store import SOURCE, Store
from services.enrollment.tokens import Caller
from services.kit.crypto.sealing import Binding
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from tests.support.builders.challenges import NUMBER
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.servers.lost_answers import LosingAnswers
from tests.support.waiting import until
from tests.unit.enrollment.builders import account, method

CALLER = Caller("platform", "northbridge", frozenset({"challenges", "methods.write"}))
PHONE = method("phone", phone_type="mobile", delivery="sms")


@dataclass
class Platform:
    """A platform that asks, and asks again; `lossy` is where the challenges lie."""

    deps: Dependencies
    idempotency: Idempotency
    lossy: LosingAnswers
    publisher: NotingPublisher
    clock: FixedClock

    async def once(self, respond: Callable[[], Awaitable[str]]) -> str:
        async def first() -> FirstResponse:
            return FirstResponse(201, await respond())

        return (await self.idempotency.once("key", CALLER, "POST /challenges", first)).body

    async def twice(self, respond: Callable[[], Awaitable[str]]) -> str:
        """The answer after one that got lost, which is the one to every later request."""
        self.lossy.lose = 1
        with pytest.raises(AutoReconnect):
            await self.once(respond)
        self.clock.advance(timedelta(seconds=40))
        answer = await self.once(respond)
        assert await self.once(respond) == answer
        return answer

    async def messages(self) -> list[MethodRequested]:
        """All that was sent out, once nothing waits any more."""
        await until(self._is_clean)
        return [one.event for one in self.publisher.published if isinstance(one.event, MethodRequested)]

    async def _is_clean(self) -> bool:
        return await self.lossy.as_collection.find_one({"outbox.0": {"$exists": True}}) is None

    async def all_challenges(self) -> list[Challenge]:
        return [stored.state for stored in await self.deps.challenges.find({})]


@pytest.fixture
async def platform(database: Database) -> AsyncIterator[Platform]:
    clock, keys, publisher = FixedClock(), keyring("enrollment"), NotingPublisher()
    relay = Relay(publisher, clock)
    store = Store.open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    lossy = LosingAnswers(database.collection("challenges"))
    challenges = Challenges(lossy.as_collection, Challenge, relay=relay, clock=clock, source=SOURCE)
    tenant = Tenant(
        display_name="Northbridge", groups={"everyone": GroupPolicy(allowed=("phone",))}, default_group="everyone"
    )
    config = Config(tenants={"northbridge": tenant}, clients={})
    whole = Dependencies.on(
        replace(store, challenges=challenges), keys, config, clock, public_origin="http://localhost"
    )
    relay.start()
    yield Platform(whole, Idempotency(store.answers, keys, clock), lossy, publisher, clock)
    await relay.stop()


async def with_phone(platform: Platform) -> None:
    sealed = platform.deps.sealer.seal("destination", NUMBER.encode(), Binding("northbridge", "sam", PHONE.id))
    person = account(PHONE.model_copy(update={"destination": sealed}))
    await platform.deps.accounts.insert(person.id, person)


async def test_a_challenge_is_opened_and_sent_once(platform: Platform) -> None:
    await with_phone(platform)

    async def ask() -> str:
        asked = AskProof(purpose="signIn", method_id=PHONE.id, context=Context())
        return (await ask_proof(asked, "sam", CALLER, platform.deps)).verification.id

    answer = await platform.twice(ask)
    assert [challenge.id for challenge in await platform.all_challenges()] == [answer]
    assert [event.terms.challenge_id for event in await platform.messages()] == [answer]


async def test_a_registration_is_begun_and_its_code_sent_once(platform: Platform) -> None:
    person = account()
    await platform.deps.accounts.insert(person.id, person)

    async def begin() -> str:
        plan = a_phone(TypedPhone(number="+447400123456", region="GB"))
        return (await register_known(plan, "northbridge", "sam", platform.deps)).registration.id

    answer = await platform.twice(begin)
    (challenge,) = await platform.all_challenges()
    kept = await platform.deps.registrations.get(answer)
    assert kept is not None
    assert (kept.state.challenge_id, kept.state.method_id) == (challenge.id, challenge.method_id)
    assert len(await platform.messages()) == 1


async def test_a_message_is_sent_again_once(platform: Platform) -> None:
    await with_phone(platform)
    asked = AskProof(purpose="signIn", method_id=PHONE.id, context=Context())
    opened = (await ask_proof(asked, "sam", CALLER, platform.deps)).verification.current
    platform.clock.advance(timedelta(seconds=31))

    async def again() -> str:
        stored = await platform.deps.challenges.get(opened.id)
        assert stored is not None
        await send_again(stored.state, None, platform.deps)
        return opened.id

    await platform.twice(again)
    assert [event.send for event in await platform.messages()] == [1, 2]
