"""What takes slow hashes is counted for the person, whatever session or call it comes from."""

import asyncio
from dataclasses import dataclass, field

import pytest

from schemas.verification import CodeSubmitted
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.handlers.keeping import count_keeping
from services.enrollment.accounts.store import Accounts
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.devices.store import Activations
from services.enrollment.methods.hardware_oath.store import HardwareTokens
from services.enrollment.methods.recovery_codes.handlers import (
    new_codes,
    prepare_codes,
    recovery_codes,
    register_codes,
)
from services.enrollment.policies.domain.requirements import TERMS, GroupPolicy, Terms
from services.enrollment.pumping.store import SendDecisions, Traffic
from services.enrollment.registrations.handlers import register
from services.enrollment.registrations.store import Registrations
from services.enrollment.sessions.principal import Principal
from services.enrollment.signals import Signals
from services.kit.config.clients import RateLimits
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.kit.errors import RateLimitedError
from services.kit.http.limits import RateLimiter
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, sam_at


@dataclass
class Keeping:
    """What having something kept needs, and no more."""

    accounts: Accounts
    activations: Activations
    challenges: Challenges
    registrations: Registrations
    hardware_tokens: HardwareTokens
    message_counts: MessageCounts
    traffic: Traffic
    send_decisions: SendDecisions
    config: Config
    public_origin: str = "https://id.example"
    keyring: Keyring = field(default_factory=lambda: keyring("enrollment"))
    sealer: Sealer = field(default_factory=lambda: Sealer(keyring("enrollment")))
    clock: FixedClock = field(default_factory=FixedClock)
    signals: Signals = field(default_factory=Signals)
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(RateLimits(keep="2/hour")))

    def policy(self, _: Account) -> GroupPolicy:
        return GroupPolicy(allowed=("recoveryCodes", "securityQuestions"))

    def terms(self, _: Account) -> Terms:
        return TERMS["entra"]


@pytest.fixture
def deps(box: Outbox) -> Keeping:
    store = box.store
    config = Config.model_validate({"tenants": {}, "clients": {}})
    return Keeping(
        store.accounts,
        store.activations,
        store.challenges,
        store.registrations,
        store.hardware_tokens,
        store.message_counts,
        store.traffic,
        store.send_decisions,
        config,
    )


def exhausted(step: str) -> Principal:
    """Sam in a fresh session, who had as much kept as can be."""
    sam, clock = sam_at(step), FixedClock()
    return Principal(sam.account.model_copy(update={"kept": 2, "kept_since": clock.now()}), sam.session)


async def test_of_many_at_once_so_many_are_let_through(box: Outbox, deps: Keeping) -> None:
    account = sam_at("manage").account
    await box.put(account=account)
    outcomes = await asyncio.gather(*(count_keeping(account.id, deps) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, RateLimitedError) for outcome in outcomes) == 3


async def test_codes_that_could_not_be_kept_are_not_shown(box: Outbox, deps: Keeping) -> None:
    sam = exhausted("recoveryCodes")
    await box.put(account=sam.account)
    with pytest.raises(RateLimitedError):
        await prepare_codes(sam, deps)


async def test_a_page_sends_nothing_more_to_be_hashed(box: Outbox, deps: Keeping) -> None:
    sam = exhausted("recoveryCodes.show")
    draft = new_codes(sam.claimant, deps)
    sam = Principal(sam.account, sam.session.model_copy(update={"draft": draft}))
    await box.put(account=sam.account)
    with pytest.raises(RateLimitedError):
        await register_codes(sam, deps)
    assert await box.published(CodeSubmitted) == []


async def test_a_platform_sends_nothing_more_to_be_hashed(box: Outbox, deps: Keeping) -> None:
    sam = exhausted("manage")
    await box.put(account=sam.account)
    with pytest.raises(RateLimitedError):
        await register(recovery_codes, "northbridge", "sam", deps)
    assert await box.published(CodeSubmitted) == []
