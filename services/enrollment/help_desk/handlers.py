"""An agent of the help desk finds a person, and acts for them: counted first, then said and done in one write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import structlog
from pydantic import SecretStr

from services.enrollment.accounts.domain.account import Account, Method, account_id
from services.enrollment.accounts.domain.activity import Entry, readable
from services.enrollment.accounts.handlers.administration import Listed, listed_of
from services.enrollment.accounts.handlers.keeping import require_room
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.help_desk import domain
from services.enrollment.help_desk.domain import Grounds, Refusal
from services.enrollment.methods.temporary_access_pass.handlers import access_pass
from services.enrollment.needs import (
    CanChangeAccounts,
    CanChangeSessions,
    CanPlan,
    HasAccounts,
    HasActivities,
    HasClock,
    HasConfig,
    HasDevices,
    HasLimiter,
)
from services.enrollment.registrations.beginning import Beginning, ClaimingPlan
from services.enrollment.registrations.handlers import CanRegister, register_known
from services.enrollment.sessions.handlers.ending import end_what_was_asked
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.decision import Change
from services.kit.errors import PersonProtectedError, UnavailableError, UnknownUserError

log = structlog.get_logger(__name__)

PASS_LIFE: Final = timedelta(hours=1)
MESSAGES_OF: Final = timedelta(days=1)
LONGEST_NAME: Final = 256


class CanLookUp(CanChangeAccounts, HasLimiter, Protocol):
    """Finds people for agents."""


class CanJudge(HasClock, HasConfig, Protocol):
    """Knows whom an agent may act for."""


class CanShowPeople(CanChangeSessions, HasActivities, HasConfig, HasDevices, Protocol):
    """Reads what an agent sees of a person."""


class CanActForPeople(CanChangeSessions, HasConfig, HasLimiter, Protocol):
    """Acts in an agent's name."""


@dataclass(frozen=True)
class Order:
    """What an agent sent: for whom, the key of the form, and why."""

    user: str
    form: str
    grounds: Grounds


@dataclass(frozen=True)
class Found:
    """A person as the help desk sees them: messages and story the newest first. `refusal` is why nothing can be done
    for them there."""

    account: Account
    methods: tuple[Listed, ...]
    messages: tuple[Challenge, ...]
    story: tuple[Entry, ...]
    refusal: Refusal | None
    open_sessions: int


async def find(principal: Principal, named: str, deps: CanLookUp) -> str | None:
    """The user id of the one person of the agent's organisation with this very user id or user name; None where there
    is nobody, or more than one. Counted before it is looked at. Raises `rateLimited`, `sessionEnded`."""
    await _count(principal, deps)
    name = named.strip()
    found = await _known_by(principal.account.tenant, name, deps) if 0 < len(name) <= LONGEST_NAME else None
    if found is None:
        log.info("the help desk found nobody", agent=principal.account.user)
        return None
    await _look_at(principal, found, deps)
    return found


async def look_up(principal: Principal, user: str, deps: CanLookUp) -> None:
    """The same for whoever opens a person's page by its address; the page of the one whom they look at anyway is
    opened as often as they like. Raises `rateLimited`, `unknownUser`, `sessionEnded`."""
    if principal.session.looks_at == user:
        return
    await _count(principal, deps)
    await account_of(principal.account.tenant, user, deps)
    await _look_at(principal, user, deps)


async def show(principal: Principal, user: str, deps: CanShowPeople) -> Found:
    """Raises `unknownUser`."""
    tenant, now = principal.account.tenant, deps.clock.now()
    account = await account_of(tenant, user, deps)
    stored = await deps.activities.get(account.id)
    messages = await deps.challenges.sent_to(tenant, user, since=now - MESSAGES_OF)
    return Found(
        account=account,
        methods=tuple(await listed_of(account, deps)),
        messages=tuple(messages),
        story=readable(stored.state.entries) if stored else (),
        refusal=_refusal(principal, account, deps),
        open_sessions=sum(session.is_open(now) for session in account.sessions),
    )


async def restore(principal: Principal, order: Order, method_id: str, deps: CanActForPeople) -> bool:
    """Bring a method back; False where this form was sent before. Raises what `suspension.restore` does, and what every
    act does: `unknownUser`, `personProtected`, `rateLimited`, `sessionEnded`."""
    now = deps.clock.now()
    return await _act(principal, order, lambda account: domain.restore(account, method_id, order.grounds, at=now), deps)


async def suspend(principal: Principal, order: Order, method_id: str, deps: CanActForPeople) -> bool:
    """Pause a method. Raises `unknownMethod` as well."""
    now = deps.clock.now()
    return await _act(principal, order, lambda account: domain.suspend(account, method_id, order.grounds, at=now), deps)


async def end_sessions(principal: Principal, order: Order, deps: CanActForPeople) -> bool:
    """End all that the person is signed in to here, and what was asked there."""
    now = deps.clock.now()
    done = await _act(principal, order, lambda account: domain.end_sessions(account, order.grounds, at=now), deps)
    await end_what_was_asked(await account_of(principal.account.tenant, order.user, deps), deps)
    return done


async def give_pass(principal: Principal, order: Order, deps: CanRegister) -> SecretStr | None:
    """A pass that is good once and for an hour, shown this once; None where this form was sent before.

    Raises:
        ProblemError: as the others; `rateLimited` also where the person was given too many; `unavailable` where the
            verifier has not kept it in time: then there is nothing to hand out.
    """
    require_room(await account_of(principal.account.tenant, order.user, deps), deps)
    if not await _send(principal, order, deps):
        return None
    reading = await register_known(_said_first(principal, order, deps), principal.account.tenant, order.user, deps)
    if reading.account.method(reading.registration.method_id) is None:
        raise UnavailableError(headers={"Retry-After": "5"})
    return reading.codes[0]


def _said_first(principal: Principal, order: Order, deps: CanActForPeople) -> ClaimingPlan:
    """The plan of a pass, of which the log says who gives it before it is made."""
    plan = access_pass(PASS_LIFE, is_usable_once=True)

    async def begin(claimant: Claimant, planning: CanPlan) -> Beginning:
        beginning, now = plan(claimant, planning), deps.clock.now()
        made = Method(id=beginning.method_id, type=beginning.type, display_name="", created_at=now)
        await _change(principal, order, lambda account: domain.give_pass(account, made, order.grounds, at=now), deps)
        return beginning

    return begin


async def _act(
    principal: Principal, order: Order, decide: Callable[[Account], Change[Account]], deps: CanActForPeople
) -> bool:
    if not await _send(principal, order, deps):
        return False
    await _change(principal, order, decide, deps)
    return True


async def _send(principal: Principal, order: Order, deps: CanActForPeople) -> bool:
    """Count the act, and say whether its form may act still: it may once."""
    require_allowed(principal, await account_of(principal.account.tenant, order.user, deps), deps)
    now, most, session_id = deps.clock.now(), deps.limiter.acting, principal.session.id
    before = list[bool]()

    def send(agent: Account) -> Change[Account]:
        session = agent.session(session_id)
        before.append(session is not None and domain.was_sent(session, order.form))
        return domain.send(agent, session_id, order.form, most, at=now)

    await deps.accounts.change(principal.account_id, send)
    return not before[-1]


async def _change(
    principal: Principal, order: Order, decide: Callable[[Account], Change[Account]], deps: CanActForPeople
) -> None:
    """Whether the person may be acted for is asked in the same write: they may have opened Operations meanwhile."""

    def decide_where_allowed(account: Account) -> Change[Account]:
        if account.erased_at:
            raise UnknownUserError
        require_allowed(principal, account, deps)
        return decide(account)

    await deps.accounts.change(account_id(principal.account.tenant, order.user), decide_where_allowed)


def require_allowed(principal: Principal, account: Account, deps: CanJudge) -> None:
    """Raises `personProtected`."""
    if _refusal(principal, account, deps):
        raise PersonProtectedError


def _refusal(principal: Principal, account: Account, deps: CanJudge) -> Refusal | None:
    but = deps.config.tenant(account.tenant).help_desk.except_groups
    return domain.refusal_of(principal.account, account, but, at=deps.clock.now())


async def _known_by(tenant: str, name: str, deps: HasAccounts) -> str | None:
    by_id = await deps.accounts.get(account_id(tenant, name)) if "/" not in name else None
    if by_id and by_id.state.erased_at is None:
        return by_id.state.user
    for spelt in dict.fromkeys((name, name.lower())):
        named = await deps.accounts.after(tenant, "", spelt, limit=2)
        if named:
            return named[0].state.user if len(named) == 1 else None
    return None


async def _count(principal: Principal, deps: CanLookUp) -> None:
    now, most = deps.clock.now(), deps.limiter.looking_up
    await deps.accounts.change(principal.account_id, lambda account: Change(domain.look_up(account, most, at=now)))


async def _look_at(principal: Principal, user: str, deps: CanLookUp) -> None:
    now, session_id = deps.clock.now(), principal.session.id
    await deps.accounts.change(principal.account_id, lambda account: domain.looks_at(account, session_id, user, at=now))
    log.info("the help desk looks at a person", agent=principal.account.user, person=user)
