"""How messages are counted: a suite for the database in memory and the real one, and an organisation that counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.base import Purpose
from services.enrollment.accounts.domain.account import Account
from services.enrollment.budgets.domain import Count
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.domain.challenge import Context
from services.enrollment.challenges.handlers.opening import AskProof, Opened, ask_proof
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.sessions.principal import Principal
from services.enrollment.store import Store
from services.enrollment.tokens import Caller
from services.kit.config.messages import Budget, MessageBudgets, Pumping
from services.kit.config.providers import NumberRules, Providers
from services.kit.crypto.sealing import Binding
from services.kit.errors import SendLimitReachedError
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from tests.support.builders.challenges import NUMBER
from tests.support.builders.keys import keyring
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import sam_at
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.services.whatsapp import WhatsAppGateway
from tests.unit.enrollment.builders import method

CALLER = Caller("platform", "northbridge", frozenset({"challenges", "methods.write"}))
ROOMY = Budget(messages="1000/hour", registration=400, password_reset=400)
HOUR = timedelta(hours=1)


def count_of(name: str, in_all: int = 10, for_purpose: int = 4, purpose: Purpose = "registration") -> Count:
    """A count of a number, within this hour."""
    return Count(name, "number", purpose, in_all, for_purpose, NOON + HOUR)


class MessageCountsBehaviour:
    """Counts, on any database."""

    @pytest.fixture
    async def counts(self, database: Database) -> MessageCounts:
        """Nothing is counted yet."""
        made = MessageCounts(database)
        await made.prepare()
        return made

    async def test_of_many_at_once_no_more_get_in_than_there_is_room_for(self, counts: MessageCounts) -> None:
        wanted = [count_of("number"), count_of("tenant", 1000, 1000)]
        reserved = await asyncio.gather(*(counts.reserve(wanted) for _ in range(20)))
        assert reserved.count(None) == 4
        assert {full.id for full in reserved if full} == {"number"}

    async def test_a_purpose_is_held_to_its_cap_and_leaves_the_rest(self, counts: MessageCounts) -> None:
        caps: dict[Purpose, int] = {"registration": 4, "passwordReset": 3, "signIn": 10}
        got_in = []
        for purpose, cap in caps.items():
            wanted = [count_of("number", for_purpose=cap, purpose=purpose)]
            got_in.append([await counts.reserve(wanted) for _ in range(11)].count(None))
        assert got_in == [4, 3, 3]

    async def test_what_is_refused_by_one_counts_for_none(self, counts: MessageCounts) -> None:
        other = count_of("other", 3, 3)
        for _ in range(8):
            await counts.reserve([count_of("number", 10, 1), other])
        assert [await counts.reserve([other]) for _ in range(3)].count(None) == 2

    async def test_what_is_given_back_can_be_reserved_again(self, counts: MessageCounts) -> None:
        one = count_of("number", 10, 1)
        assert await counts.reserve([one]) is None
        await counts.give_back([one])
        assert await counts.reserve([one]) is None
        assert await counts.reserve([one]) == one


class Organisation:
    """Northbridge, whose people have one number each, or the same."""

    def __init__(self, database: Database, relay: Relay, clock: FixedClock) -> None:
        self.clock = clock
        self.store = Store.open(database, relay, clock)
        self.budgets = MessageBudgets(number=ROOMY, user=ROOMY, network=ROOMY, country=ROOMY, tenant=ROOMY)
        self.pumping = Pumping()

    @property
    def deps(self) -> Dependencies:
        """With the budgets that hold now."""
        everyone = GroupPolicy(allowed=("phone", "email"))
        tenant = Tenant(
            display_name="Northbridge",
            groups={"all": everyone},
            default_group="all",
            messages=self.budgets,
            pumping=self.pumping,
        )
        numbers = NumberRules(fictional=("+447700900",))
        providers = Providers(whatsapp=(WhatsAppGateway(port=1).account(),))
        config = Config(tenants={"northbridge": tenant}, clients={}, numbers=numbers, providers=providers)
        return Dependencies.on(self.store, keyring("enrollment"), config, self.clock, public_origin="http://localhost")

    def limit(self, **budgets: Budget) -> None:
        self.budgets = self.budgets.model_copy(update=budgets)

    async def person(self, user: str, number: str = NUMBER) -> str:
        """Somebody with that number on file."""
        phone = method("phone", phone_type="mobile", delivery="sms")
        binding = Binding("northbridge", user, phone.id)
        sealed = self.deps.sealer.seal("destination", number.encode(), binding)
        profile = sam_at("phone").account.profile
        on_file = (phone.model_copy(update={"destination": sealed}),)
        account = Account(tenant="northbridge", user=user, profile=profile, methods=on_file, created_at=NOON)
        await self.store.accounts.insert(account.id, account)
        return user

    async def in_wizard(
        self, user: str, *, address: str | None = None, session: str = "", step: str = "phone"
    ) -> Principal:
        """Somebody with nothing on file, in a new session at that step."""
        principal = sam_at(step)
        begun = principal.session.model_copy(
            update={"id": session or principal.session.id, "expires_at": self.clock.now() + HOUR}
        )
        account = principal.account.model_copy(update={"user": user, "sessions": (begun,)})
        await self.store.accounts.delete(account.id)
        await self.store.accounts.insert(account.id, account)
        return replace(principal, account=account, session=begun, address=address)

    async def ask(self, user: str, purpose: Purpose = "signIn", *, address: str | None = None) -> Opened:
        asked = AskProof(purpose=purpose, method_id=None, context=Context(ip_address=address))
        return await ask_proof(asked, user, CALLER, self.deps)

    async def asks(self, user: str, purpose: Purpose = "signIn", *, address: str | None = None) -> int:
        """How long to wait for the next message; 0 where this one is on its way."""
        try:
            await self.ask(user, purpose, address=address)
        except SendLimitReachedError as problem:
            return int(problem.headers["Retry-After"])
        return 0


@asynccontextmanager
async def organisation_on(database: Database) -> AsyncIterator[Organisation]:
    """Until the test is over."""
    clock = FixedClock()
    relay = Relay(NotingPublisher(), clock)
    made = Organisation(database, relay, clock)
    await made.store.prepare()
    await relay.prepare()
    yield made
    await relay.stop()
