"""2,000 people under many policies: the interrupt, the wizard and the report agree on who is complete."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import get_args

import pytest

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method, MethodState, Profile
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.interrupts import handlers as interrupts
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.policies.domain import requirements
from services.enrollment.policies.domain.linter.finding import errors_of
from services.enrollment.policies.domain.linter.lint import lint_group
from services.enrollment.policies.domain.policy import allowed_methods, continued, is_complete, missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy, Use
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.reports.handlers.registrations import Wanted, registration_details
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import RecentProof, Session
from services.enrollment.sessions.handlers import progress
from services.enrollment.store import Store
from services.enrollment.tokens import Caller
from services.kit.config.clients import Client
from services.kit.crypto.sealing import token_hash
from services.kit.ids import new_id, new_token
from services.kit.mongo.relay import Relay
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher

PEOPLE, GROUPS, AT_ONCE = 2_000, 25, 50
STORED_WALK_EVERY = 20
"""Every such person walks through the handlers and what they store as well: a walk is six writes."""

SEED = 6
KINDS = get_args(MethodType)
RETURN_URL = "http://127.0.0.1:8010/return"
CLIENT = Client.model_validate(
    {"issuer": "north", "tenants": ["north"], "jwksUrl": "http://127.0.0.1:8010/jwks.json", "returnUrls": [RETURN_URL]}
)
CALLER = Caller(client_id="north", tenant="north", scopes=frozenset({"interrupts"}))


def some(chance: random.Random, most: int) -> tuple[MethodType, ...]:
    return tuple(chance.sample(KINDS, chance.randint(0, most)))


def a_use(chance: random.Random) -> Use | None:
    if chance.random() < 0.3:
        return None
    return Use(
        required=some(chance, 1), number=chance.choice((None, 1, 2)), methods=chance.choice(((), some(chance, 6)))
    )


def a_policy(chance: random.Random) -> GroupPolicy:
    """One that the linter lets pass."""
    while True:
        policy = GroupPolicy(
            required=some(chance, 2),
            number=chance.choice((None, 1, 2, 3)),
            allowed=some(chance, len(KINDS)),
            two_step=a_use(chance),
            reset=a_use(chance),
            order=some(chance, 3),
            may_choose_different=chance.random() < 0.5,
            profile=chance.choice(get_args(requirements.ProfileName)),
        )
        if not errors_of(lint_group(policy)):
            return policy


def a_method(chance: random.Random, kind: MethodType, now: datetime) -> Method:
    state = chance.choice((*["active"] * 8, *get_args(MethodState)))
    used_up = kind == "recoveryCodes" and chance.random() < 0.3
    until = now + timedelta(hours=chance.choice((-1, 1))) if kind == "temporaryAccessPass" else None
    return Method(
        id=f"{kind}-{chance.randrange(10**9)}",
        type=kind,
        display_name=kind,
        state=state,
        codes_left=0 if used_up else None,
        usable_until=until,
        created_at=now,
    )


def a_person(chance: random.Random, number: int, groups: list[str], now: datetime) -> Account:
    """In up to three groups, of which some have no policy, with up to five methods, some of one type."""
    member = tuple(chance.sample([*groups, "choir", "fire-wardens"], chance.randint(0, 3)))
    methods = tuple(a_method(chance, kind, now) for kind in chance.choices(KINDS, k=chance.randint(0, 5)))
    profile = Profile(user_principal_name=f"u{number:04d}@north.example", display_name="U", groups=member)
    return Account(tenant="north", user=f"u{number:04d}", profile=profile, methods=methods, created_at=now)


@pytest.fixture
async def deps() -> Dependencies:
    chance, clock, keys = random.Random(SEED), FixedClock(), keyring("enrollment")  # noqa: S311 - the same each time
    groups = {f"group-{number}": a_policy(chance) for number in range(GROUPS)}
    tenant = Tenant(display_name="Northbridge", groups=groups, default_group="group-0")
    whole = Config(tenants={"north": tenant}, clients={"north": CLIENT})
    store = Store.open(MemoryDatabase(), Relay(NotingPublisher(), clock), clock)
    await store.prepare()
    people = [a_person(chance, number, list(groups), clock.now()) for number in range(PEOPLE)]
    for one in people:
        await store.accounts.insert(one.id, one)
    return Dependencies.on(store, keys, whole, clock, public_origin="http://localhost:8000")


async def each(
    ask: Callable[[Account, Dependencies], Awaitable[bool]], people: Sequence[Account], deps: Dependencies
) -> list[bool]:
    """The answers about all of them, some asked at once, in their order."""
    free = asyncio.Semaphore(AT_ONCE)

    async def about(one: Account) -> bool:
        async with free:
            return await ask(one, deps)

    return list(await asyncio.gather(*(about(one) for one in people)))


async def by_interrupt(account: Account, deps: Dependencies) -> bool:
    """What the platform is told."""
    asked = interrupts.AskInterrupt(
        user=account.user,
        profile=account.profile,
        return_url=RETURN_URL,
        state=None,
        locale=None,
        intent="signIn",
        authenticated_at=deps.clock.now(),
    )
    decision = (await interrupts.ask_interrupt(asked, CALLER, deps)).interrupt.decision
    assert decision in {"none", "register"}
    return decision == "none"


def by_rules(account: Account, deps: Dependencies) -> bool:
    """Where the wizard leads a session that began when the person had nothing, by its rules alone."""
    now, policy = deps.clock.now(), deps.policy(account)
    session = Session(
        id="s",
        intent="signIn",
        decision="register",
        plan=missing_methods(policy, ()),
        cookie_hash="h",
        return_url=RETURN_URL,
        started_at=now,
        expires_at=now,
        proof=RecentProof(at=now),
    )
    plan = continued(policy, session.plan, account.active_types)
    return steps.go_on(account, steps.follow(account, session, plan, allowed_methods(policy))).outcome == "completed"


async def by_wizard(account: Account, deps: Dependencies) -> bool:
    """Where "Next" at the prompt leads, for somebody who was sent there when they had nothing: to Success or on."""
    now, ticket, policy = deps.clock.now(), new_token(), deps.policy(account)
    interrupt = Interrupt(
        id=new_id(),
        tenant="north",
        client_id="north",
        user=account.user,
        return_url=RETURN_URL,
        intent="signIn",
        decision="register",
        plan=missing_methods(policy, ()),
        proven_at=now,
        ticket_hash=token_hash(ticket),
        ticket_expires_at=now + timedelta(minutes=5),
        created_at=now,
    )
    await deps.interrupts.insert(interrupt.id, interrupt)
    principal, _ = await progress.use_ticket(ticket, deps)
    there = await progress.go_on(await progress.follow_policy(principal, deps), "prompt", deps)
    asked = [kind for kind in there.session.plan if kind not in account.active_types]
    assert len(asked) == len(missing_methods(policy, account.active_types))
    assert there.session.step == (steps.FIRST_STEP[asked[0]] if asked else "success")
    return there.session.outcome == "completed"


async def by_report(deps: Dependencies) -> dict[str, bool]:
    """What administrators are told, part by part."""
    told: dict[str, bool] = {}
    after: str | None = ""
    while after is not None:
        found, after = await registration_details("north", Wanted(), 500, after, deps)
        told |= {one.id: one.is_complete for one in found}
    return told


async def test_interrupt_wizard_and_report_agree_on_who_is_complete(deps: Dependencies) -> None:
    people = [stored.state for stored in await deps.accounts.after("north", "", None, limit=PEOPLE)]
    told = await each(by_interrupt, people, deps)
    walked = [by_rules(one, deps) for one in people]
    stored = await each(by_wizard, people[::STORED_WALK_EVERY], deps)
    reported = await by_report(deps)
    defined = [is_complete(deps.policy(one), one.active_types) for one in people]
    differing = [
        one.user
        for one, *answers in zip(people, told, walked, defined, strict=True)
        if {*answers, reported[one.user]} != {answers[0]}
    ]
    assert differing == []
    assert stored == walked[::STORED_WALK_EVERY]
    assert len(people) == PEOPLE
    assert min(Counter(defined).values()) > PEOPLE // 10
